"""What a living review reports: the flow, the searches, the history, the statement on methods, the crate."""

import json
import re
import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from reviewing import save, table, type_into

from pipeline import run
from pipeline.config import Settings
from pipeline.errors import SettingsError
from pipeline.living import Methods, searches_of
from pipeline.runs import add
from pipeline.runs.replay import compared
from pipeline.store import OutputFolder, Snapshot, write_snapshot
from pipeline.studies import read_retractions
from pipeline.tables import EVIDENCE, TABLES

CARD = Path(__file__).parent.parent / "pipeline" / "models" / "claims" / "MODEL_CARD.md"
FAST = Settings(model="fast", workers=1)
PAGE = "Iron and sleep\n\nIron deficiency causes restless legs syndrome. Zinc improves asthma.\n"
SEARCH = {"began": "2026-01-02T03:04:05+00:00", "ended": "2026-01-02T03:05:05+00:00", "found": 9, "fetched": 5}
LEDGER = {
    "fetches": [
        {
            "service": "pubmed",
            "query": "iron AND sleep",
            "since": None,
            "address": "https://eutils.example",
            "as run": '"iron"[MeSH] AND "sleep"[MeSH]',
            "searches": [SEARCH | {"already there": 3, "failed": 1, "as run": '"iron"[MeSH] AND "sleep"[MeSH]'}],
        }
    ],
    "files": {"pubmed-000001.xml": {"service": "pubmed", "articles": 5}},
}


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> tuple[Path, Path]:
    """The folder of a first run, copied, and of a second over more sources, with a decision between them."""
    root = tmp_path_factory.mktemp("living")
    articles = root / "articles"
    (articles / "fetched").mkdir(parents=True)
    shutil.copy(corpus / "pubmed-rls-nutrients.xml", articles / "fetched" / "pubmed-000001.xml")
    (articles / "fetched" / "fetch.json").write_text(json.dumps(LEDGER))
    (articles / "page.txt").write_text(PAGE)
    out = run([articles], root / "out", settings=FAST).out
    first = Path(shutil.copytree(out, root / "first"))
    (articles / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (articles / "broken too.pdf").write_bytes(b"%PDF-1.4 nothing at all")
    (articles / "plain.txt").write_text("Weather\n\nIt rained in the morning and nobody went out.\n")
    shutil.copy(corpus / "pubmed-rls-nutrients.xml", articles / "fetched" / "saved-again.xml")
    claim = table(out / "evidence.csv")[0]["claim_id"]
    type_into(out / "evidence.csv", {claim: {"review_status": "accepted", "reviewer": "Ann Lee"}})
    run([articles], out, settings=FAST)
    return first, out


def counts(out: Path) -> Mapping[tuple[str, str], tuple[int, ...]]:
    return {
        (row["origin"], row["stage"]): tuple(int(row[name]) for name in ("previous", "new", "total"))
        for row in table(out / "prisma.csv")
    }


def test_the_flow_counts_every_record_once_by_origin_now_and_before(twice: tuple[Path, Path]) -> None:
    first, out = twice
    sources = table(out / "sources.csv")
    n_pubmed = sum(row["path"].startswith("fetched/pubmed-") for row in sources)
    before, now = counts(first), counts(out)
    assert before["PubMed", "identified"] == (0, n_pubmed, n_pubmed)
    assert before["PubMed", "found by the search"] == (0, 9, 9) and now["PubMed", "not fetched"] == (1, 0, 1)
    assert now["PubMed", "with claims"] == (before["PubMed", "with claims"][2], 0, before["PubMed", "with claims"][2])
    assert now["files", "not read"] == (0, 2, 2), "two PDFs with one fault are one reason"
    assert now["files", "duplicate removed"] == (0, n_pubmed, n_pubmed)
    assert now["files", "no claim found"] == (0, 1, 1) and now["files", "read"] == (1, 1, 2)
    for name, file in (("studies", "studies.csv"), ("findings", "findings.csv")):
        assert now["all", name][2] == len(table(out / file)) and now["all", name][0] == len(table(first / file))
    identified = sum(total for (_, stage), (_, _, total) in now.items() if stage == "identified")
    assert identified == len(sources)
    [reason] = [row["reason"] for row in table(out / "prisma.csv") if row["stage"] == "not read"]
    assert "broken" not in reason and "PDF" in reason


def test_the_diagram_says_the_same(twice: tuple[Path, Path]) -> None:
    _, out = twice
    svg = (out / "figures" / "prisma-flow.svg").read_text(encoding="utf-8")
    for origin, stage in (("files", "duplicate removed"), ("PubMed", "with claims")):
        assert f"{stage}: {counts(out)[origin, stage][2]}" in svg
    assert (out / "figures" / "prisma-flow.png").stat().st_size > 1_000


def test_the_searches_as_they_were_run_and_the_history_of_changes_outlive_an_addition(
    twice: tuple[Path, Path], tmp_path: Path
) -> None:
    first, out = twice
    assert table(first / "history.csv") == []
    out = Path(shutil.copytree(out, tmp_path / "out"))
    [search] = table(out / "searches.csv")
    assert (search["database"], search["query"], search["found"]) == ("PubMed", "iron AND sleep", "9")
    assert search["as_run"] == '"iron"[MeSH] AND "sleep"[MeSH]' and search["began"] == SEARCH["began"]
    before = counts(out)["PubMed", "with claims"]
    after_two = table(out / "history.csv")
    assert [row["change"] for row in after_two] == [row["change"] for row in table(out / "changes.csv")] != []
    save(out / "history.csv", after_two, delimiter=";", encoding="utf-8")
    (tmp_path / "new.txt").write_text("Magnesium\n\nMagnesium improves migraine.\n")
    add([tmp_path / "new.txt"], out, settings=FAST)
    assert [search] == table(out / "searches.csv")
    assert counts(out)["PubMed", "with claims"] == (before[2], 0, before[2])
    history = table(out / "history.csv")
    assert len({row["run_at"] for row in history}) == 2
    assert history[: len(after_two)] == after_two and len(history) == len(after_two) + len(table(out / "changes.csv"))
    assert [row["run_at"] for row in history] == sorted(row["run_at"] for row in history)


def test_a_record_of_searches_by_an_earlier_version_is_understood(tmp_path: Path) -> None:
    entry = {"service": "europepmc", "query": "zinc", "since": "2024-01-01", "began": "x", "ended": "y", "found": 2}
    (tmp_path / "fetch.json").write_text(json.dumps({"fetches": [entry | {"failed": [{}]}], "files": {}}))
    [search], origins = searches_of([(tmp_path / "a.jsonl", "a.jsonl")])
    assert (search.database, search.found, search.failed, search.limits) == ("Europe PMC", 2, 1, "since 2024-01-01")
    assert origins == {}


def test_the_statement_names_machine_judgements_figures_and_what_people_checked(
    twice: tuple[Path, Path], corpus: Path
) -> None:
    first, out = twice
    assert "Nobody has decided" in (first / "methods.md").read_text()
    said = (out / "methods.md").read_text()
    assert "1 were decided on by 1 reviewer (1 accepted)" in said and "1 of 1 were right" in said
    judged = re.findall(r"evidence\.csv: (.*)", said)[0].split(", ")
    assert {"relation", "study_design", "certainty"} <= set(judged) and not {"sentence", "reviewer"} & set(judged)
    assert "No figures come with what read these rows (rules-1" in said
    for name in ("evidence.csv", "studies.csv"):
        assert f"| {name} | `" in said


def test_the_figures_of_the_statement_are_those_of_the_card_of_the_model_that_read() -> None:
    figures = Methods("0", models=Counter({"encoder-claims": 1})).figures
    assert re.search(r"\| dev\.jsonl \| 0\.\d+", figures) and figures in CARD.read_text(encoding="utf-8")
    assert Methods("0", models=Counter({"rules-1": 1})).figures == ""


def test_the_crate_describes_every_file_and_every_column_of_every_table(twice: tuple[Path, Path]) -> None:
    _, out = twice
    crate = json.loads((out / "ro-crate-metadata.json").read_text(encoding="utf-8"))
    graph = {entity["@id"]: entity for entity in crate["@graph"]}
    assert len(graph) == len(crate["@graph"]), "every entity has an identifier of its own"
    root = graph["./"]
    parts = {part["@id"] for part in root["hasPart"]}
    assert graph["ro-crate-metadata.json"]["about"] == {"@id": "./"} and root["datePublished"] and root["license"]
    assert parts >= {file.name for file in out.glob("*.csv")} and all((out / part).is_file() for part in parts)
    for declared in TABLES:
        entity = graph[f"{declared.name}.csv"]
        columns = graph[entity["csvw:tableSchema"]["@id"]]["csvw:column"]
        names = [graph[column["@id"]]["csvw:name"] for column in columns]
        header = (out / f"{declared.name}.csv").read_text(encoding="utf-8-sig").splitlines()[0]
        assert names == header.split(",")


HEADER = "Record ID,Title,RetractionDate,RetractionDOI,OriginalPaperDOI,OriginalPaperPubMedID,RetractionNature,Reason\n"


def test_a_list_of_retractions_takes_studies_out_and_says_what_changed_because_of_it(
    twice: tuple[Path, Path], tmp_path: Path
) -> None:
    _, out = twice
    out = Path(shutil.copytree(out, tmp_path / "out"))
    before = {row["finding_id"]: row for row in table(out / "findings.csv")}
    study = next(
        row for row in table(out / "studies.csv") if row["pmid"] and row["own_sources"] and row["study_design"] == "rct"
    )
    touched = [row for row in before.values() if study["study_id"] in row["study_ids"].split("; ")]
    assert touched
    listed = tmp_path / "retractions.csv"
    listed.write_text(f"{HEADER}1,A title,1/31/2026 0:00,10.1000/x,unavailable,{study['pmid']},Retraction,+Fraud;\n")
    summary = run([twice[0].parent / "articles"], out, settings=FAST.model_copy(update={"retractions": listed}))
    [now] = [row for row in table(out / "studies.csv") if row["study_id"] == study["study_id"]]
    assert now["status"] == "retracted"
    own = [row for row in table(out / "evidence.csv") if study["study_id"] in row["study_id"].split("; ")]
    assert own and all({"retracted-source", "rests-on-retracted"} & set(row["flags"].split("; ")) for row in own)
    assert {row["certainty"] for row in own} == {"Very low"}
    after = {row["finding_id"]: row for row in table(out / "findings.csv")}
    for row in touched:
        assert study["study_id"] not in after[row["finding_id"]]["study_ids"]
        [line] = [line for line in summary.retracted if line.startswith(_named(row))]
        now_says = f"{after[row['finding_id']]['verdict']}, {after[row['finding_id']]['certainty']}"
        assert now_says in line and f"{row['verdict']}, {row['certainty']}" in line
        assert f"because of {study['study_id']} (retracted)" in line
        assert f"- {line}" in (out / "methods.md").read_text()


def _named(finding: Mapping[str, str]) -> str:
    return f"{finding['nutrient']} ({finding['exposure']}) and {finding['condition']}: "


def test_the_last_notice_on_a_paper_counts_and_a_correction_is_none(tmp_path: Path) -> None:
    listed = tmp_path / "list.csv"
    rows = [
        "1,a,1/1/2020 0:00,,10.1000/A.,0,Retraction,",
        "2,a,3/1/2021 0:00,,10.1000/a,0,Reinstatement,",
        "3,b,1/1/2020 0:00,,https://doi.org/10.1000/b,12,Expression of concern,",
        "4,c,1/1/2020 0:00,,10.1000/c,13,Correction,",
    ]
    listed.write_text(HEADER + "\n".join(rows), encoding="utf-8-sig")
    concern = "expression of concern"
    assert read_retractions(listed).statuses == {"doi:10.1000/b": concern, "pmid:12": concern}
    for text in ("doi,title\n10.1000/a,b\n", ""):
        listed.write_text(text)
        with pytest.raises(SettingsError, match="in the form of Retraction Watch"):
            read_retractions(listed)
    with pytest.raises(SettingsError, match="cannot be read"):
        read_retractions(tmp_path / "none.csv")


def test_a_replay_counts_rows_whose_values_or_quotes_differ_and_names_them(
    twice: tuple[Path, Path], tmp_path: Path
) -> None:
    snapshot = OutputFolder(twice[1]).finished().snapshot
    assert snapshot is not None
    rows = [dict(row) for row in Snapshot.read(snapshot / "claims.parquet").columns_of(*EVIDENCE.header)]
    n_rows = len(rows)
    rows[0]["relation"], rows[1]["sentence"] = "no_effect", "Another sentence."
    write_snapshot(tmp_path / "claims.parquet", EVIDENCE.header, [list(row.values()) for row in rows[:-1]])
    found = compared(tmp_path, snapshot, set(), tmp_path)
    assert (found.n_rows, found.same_values, found.same_quotes, found.extra) == (n_rows - 1, n_rows - 3, n_rows - 2, 1)
    assert not found.is_identical and f"{rows[0]['claim_id']} of {rows[0]['source_id']}: relation" in found.differing
    gone = {row["source_id"] for row in rows}
    assert compared(tmp_path, snapshot, gone, tmp_path).n_rows == 0
