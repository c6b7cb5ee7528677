"""The desk in a real browser: open, filter, review by keyboard, leave; a hostile document changes nothing."""

import csv
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Desk, chromium
from reviewing import table
from selenium.webdriver.common.keys import Keys

from pipeline import run
from pipeline.config import Settings
from pipeline.records import EvidenceRow
from pipeline.review import Event
from pipeline.runs import import_review, review_events
from pipeline.runs.intake import ledger_of
from pipeline.store import OutputFolder
from pipeline.tables import read_evidence

STATUS_OF = """
location.hash = 'questions=1&claim=' + arguments[0];
dispatchEvent(new Event('hashchange'));
return document.querySelector('#claim [aria-pressed=true]')?.dataset.status
  || (document.querySelector('#claim .state.corrected') ? 'corrected' : '');
"""
OPEN_FINDING = """
const contents = JSON.parse(document.getElementById('contents').textContent);
const column = contents.finding_columns.indexOf('finding_id');
const place = contents.findings.findIndex((one) => one[column] === arguments[0]);
document.querySelectorAll('#findings .tabulator-row')[place].click();
"""
FAST = Settings(model="fast", workers=1)
EVIL = '</script><img src=x onerror="window.owned=1"><script>window.owned=1</script>'


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with chromium(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory, corpus: Path) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    for name in ("qa-b12-restless-legs.txt", "consumer-b12-restless-legs.txt"):
        (folder / name).write_bytes((corpus / name).read_bytes())
    return folder


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory, sources: Path) -> Path:
    return run([sources], tmp_path_factory.mktemp("out"), settings=FAST).out


@pytest.fixture
def rows(out: Path) -> dict[str, EvidenceRow]:
    return {row.claim_id: row for row in read_evidence(out / "evidence.csv")}


@pytest.fixture(autouse=True)
def forget(desk: Desk, out: Path) -> None:
    desk.driver.get((out / "report.html").as_uri())
    desk.js("localStorage.clear()")


def test_filters_count_each_other_and_the_address_restores_the_view(
    desk: Desk, out: Path, rows: dict[str, EvidenceRow]
) -> None:
    desk.open(out / "report.html")
    asserted = [row for row in rows.values() if row.factuality != "Unknown"]
    assert desk.text("#count").startswith(f"{len(asserted)} of {len(rows)} claims")
    desk.choose("exposure", "deficiency")
    left = [row for row in asserted if row.exposure == "deficiency"]
    assert 0 < len(left) < len(asserted)
    assert desk.text("#count").startswith(f"{len(left)} of ")
    relations = {row.relation for row in left}
    options = desk.js("return [...document.querySelectorAll('#facet-relation option')].slice(1).map((o) => o.text)")
    assert set(options) == {f"{name} ({sum(row.relation == name for row in left)})" for name in relations}
    desk.keys("j", "j")
    chosen, address = desk.current(), desk.driver.current_url
    assert rows[chosen].exposure == "deficiency"
    desk.driver.get("about:blank")
    desk.driver.get(address)
    desk.wait("return document.body.dataset.ready === 'true'")
    assert desk.current() == chosen and desk.text("#count").startswith(f"{len(left)} of ")


def test_a_claim_is_shown_in_its_paragraph_with_its_words_marked_and_every_step(
    desk: Desk, out: Path, rows: dict[str, EvidenceRow]
) -> None:
    row = next(row for row in rows.values() if row.statistics and row.flags)
    desk.open(out / "report.html", f"#claim={row.claim_id}")
    assert desk.js("return document.querySelector('#claim .sentence').textContent") == row.sentence
    paragraph = desk.js("return document.querySelector('#claim blockquote').textContent")
    assert row.sentence in paragraph and len(paragraph) > len(row.sentence)
    assert row.nutrient_text in desk.texts("#claim mark.nutrient")
    assert row.condition_text in desk.texts("#claim mark.condition")
    assert set(row.statistics) <= set(desk.texts("#claim mark.number"))
    shown = desk.text("#claim")
    for text in (*row.certainty_reasons, *(flag.code for flag in row.flags), row.section):
        assert text in shown
    desk.click("#blind")
    assert row.source_title not in desk.text("#claim") and row.source_id not in desk.text("#view-claims")
    desk.click("#blind")


def test_a_finding_leads_to_its_studies_and_these_to_its_claims(desk: Desk, out: Path) -> None:
    findings = table(out / "findings.csv")
    studies = {row["study_id"]: row for row in table(out / "studies.csv")}
    found = max(findings, key=lambda row: int(row["n_studies"]))
    desk.open(out / "report.html", "#view=findings")
    desk.wait("return document.querySelector('#findings .tabulator-row') !== null")
    desk.js(OPEN_FINDING, found["finding_id"])
    desk.js("document.querySelectorAll('#finding details.study').forEach((one) => { one.open = true; })")
    desk.wait("return [...document.querySelectorAll('#finding details.study')].every((one) => one.children.length > 1)")
    shown = desk.text("#finding")
    for name in ("statement", "effect", "inconsistency", "imprecision", "publication_bias"):
        assert found[name] and found[name] in shown
    named = [studies[study_id] for study_id in found["study_ids"].split("; ")]
    assert len(desk.texts("#finding details.study")) == len(named) > 1
    for study in named:
        assert study["study_id"] in shown and study["title"] in shown and study["study_design"] in shown
    desk.click("#blind")
    hidden = desk.text("#finding")
    desk.click("#blind")
    for study in named:
        assert study["study_id"] not in hidden and (not study["title"] or study["title"] not in hidden)
    assert not any(row["source_id"] in hidden for row in table(out / "sources.csv"))
    desk.js("document.querySelector('#finding details.study').open = true")
    desk.wait("return document.querySelector('#finding details.study button.link') !== null")
    desk.click("#finding details.study button.link")
    assert desk.current() in found["claim_ids"].split("; ")


def test_a_review_by_keyboard_leaves_as_a_file_is_imported_and_still_there_after_the_next_run(
    desk: Desk, out: Path, sources: Path, rows: dict[str, EvidenceRow], tmp_path: Path
) -> None:
    out = Path(shutil.copytree(out, tmp_path / "copy"))
    desk.open(out / "report.html")
    desk.js("document.getElementById('reviewer').value = 'Ann Lee'")
    desk.keys("j")
    accepted = desk.current()
    desk.keys("a")
    rejected = desk.current()
    assert rejected != accepted
    desk.keys("r")
    unsure = desk.current()
    desk.keys("u", "k", "n")
    desk.driver.switch_to.active_element.send_keys("aurora, =1", Keys.ESCAPE)
    assert desk.current() == unsure
    desk.keys("j", "j", "c")
    corrected = desk.current()
    desk.js("document.querySelector('.correction [name=relation]').value = 'no_effect'")
    desk.click(".correction button[type=submit]")
    assert desk.text("#unsaved") == "4 decisions not saved to a file"
    desk.open(out / "report.html")
    assert desk.text("#unsaved") == "4 decisions not saved to a file"
    reviews = desk.saved()
    with reviews.open(encoding="utf-8-sig", newline="") as file:
        left = {row["claim_id"]: row for row in csv.DictReader(file)}
    statuses = {claim: row["review_status"] for claim, row in left.items()}
    assert statuses == {accepted: "accepted", rejected: "rejected", unsure: "unsure", corrected: "corrected"}
    assert {row["reviewer"] for row in left.values()} == {"Ann Lee"}
    assert left[unsure]["review_note"] == "aurora, =1"
    assert left[corrected]["relation"] == "no_effect" != rows[corrected].relation
    for claim, row in left.items():
        written = rows[claim]
        assert (row["source_id"], row["sentence"]) == (written.source_id, written.sentence)
        assert int(row["nutrient_start"]) == written.nutrient_start
        assert int(row["condition_end"]) == written.condition_end
    assert desk.text("#unsaved") == "4 decisions saved, to be imported"
    taken = import_review(reviews, out)
    assert (taken.n_decisions, taken.notes) == (4, ())
    run([sources], out, settings=FAST)
    after = {row.claim_id: row for row in read_evidence(out / "evidence.csv")}
    assert {claim: after[claim].review_status for claim in left} == statuses
    assert (after[corrected].relation, after[unsure].review_note) == ("no_effect", "aurora, =1")
    for forgets in (False, True):
        if forgets:
            desk.js("localStorage.clear()")
        desk.open(out / "report.html", "#questions=1")
        assert desk.text("#unsaved") == ""
        assert {claim: desk.js(STATUS_OF, claim) for claim in left} == {claim: statuses[claim] for claim in left}


def test_what_was_judged_of_a_study_is_overridden_at_the_desk_and_the_next_run_goes_by_it(
    desk: Desk, out: Path, sources: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(out, tmp_path / "copy"))
    finding = max(table(out / "findings.csv"), key=lambda row: int(row["n_studies"]))
    study = finding["study_ids"].split("; ")[0]
    desk.open(out / "report.html")
    desk.js("document.getElementById('reviewer').value = 'Ann Lee'")
    desk.click("#tab-findings")
    desk.wait("return document.querySelector('#findings .tabulator-row') !== null")
    desk.js(OPEN_FINDING, finding["finding_id"])
    desk.js("document.querySelectorAll('#finding details').forEach((one) => { one.open = true; })")
    desk.wait("return document.querySelector('#finding details.study form') !== null")
    desk.js(
        "const form = document.querySelector('#finding details.study form');"
        "form.elements['study.study_design'].value = 'rct';"
        "form.elements['study.sample_size'].value = '7'; form.elements['study.attrition'].value = 'high';"
        "form.querySelector('button').click();"
    )
    assert desk.text("#unsaved") == "3 decisions not saved to a file"
    assert desk.violations() == []
    reviews = desk.saved()
    assert [row["subject"] for row in table(reviews)] == [study] * 3
    for _ in range(2):
        taken = import_review(reviews, out)
        assert taken.notes == ()
    events = review_events(out)
    assert len(events) == 3 and {(event.claim_id, event.reviewer) for event in events} == {(study, "Ann Lee")}
    run([sources], out, settings=FAST)
    [now] = [row for row in table(out / "studies.csv") if row["study_id"] == study]
    assert (now["study_design"], now["sample_size"]) == ("rct", "7") and now["attrition"].startswith("high")
    assert "Ann Lee" in now["overrides"]
    desk.open(out / "report.html")
    assert desk.text("#unsaved") == "", "the table says it now"


def test_a_decision_on_a_row_that_reads_otherwise_now_is_kept_with_one_button(
    desk: Desk, out: Path, sources: Path, tmp_path: Path
) -> None:
    out = Path(shutil.copytree(out, tmp_path / "copy"))
    row = next(row for row in table(out / "evidence.csv") if row["relation"] == "increases_risk")
    then = {**row, "relation": "improves"}
    event = Event(
        row["claim_id"], "review_status", "accepted", reviewer="Ann Lee", said_at="2026-03-01",
        source_id=row["source_id"], sentence=row["sentence"], row=then,
    )  # fmt: skip
    with ledger_of(OutputFolder(out)) as ledger:
        ledger.append([event])
    run([sources], out, settings=FAST)
    desk.open(out / "report.html", f"#claim={row['claim_id']}")
    told = desk.text("#claim .review .notice")
    assert "accepted by Ann Lee on 2026-03-01 as relation improves" in told and "relation increases_risk" in told
    desk.click("#keep")
    [kept] = table(desk.saved())
    assert (kept["claim_id"], kept["review_status"]) == (row["claim_id"], "accepted")


def test_a_decision_can_be_taken_back(desk: Desk, out: Path) -> None:
    desk.open(out / "report.html")
    desk.keys("j", "a", "r", "z", "z")
    assert desk.text("#unsaved") == "" and not desk.js("return document.getElementById('save').offsetParent")
    log = json.loads(desk.js("return Object.values(localStorage)[0]"))["log"]
    assert [event.get("reverses") for event in log] == [None, None, 1, 0]


def test_rows_that_say_the_same_in_the_same_words_are_decided_and_taken_back_together(
    desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    for name, end in (("a", ". "), ("b", ".  ")):
        (folder / f"{name}.txt").write_text(
            f"Sleep {name}\n\nIron deficiency causes fatigue{end}Zinc improves asthma.\n"
        )
    out = run([folder], tmp_path / "out", settings=FAST).out
    desk.open(out / "report.html")
    desk.keys("j", "a")
    assert desk.text("#unsaved") == "2 decisions not saved to a file"
    desk.keys("z")
    assert desk.text("#unsaved") == ""


def test_keys_do_nothing_while_a_note_is_typed_or_where_they_are_switched_off(desk: Desk, out: Path) -> None:
    desk.open(out / "report.html")
    desk.keys("j", "n")
    chosen = desk.current()
    desk.driver.switch_to.active_element.send_keys("jarrring")
    assert desk.current() == chosen and desk.text("#unsaved") == ""
    desk.driver.switch_to.active_element.send_keys(Keys.ESCAPE)
    desk.click("#keys")
    desk.keys("j", "a")
    assert desk.current() == chosen and desk.text("#unsaved").startswith("1 ")
    desk.click("#keys")


@pytest.mark.parametrize("width", [1400, 700])
def test_axe_finds_nothing_serious_in_any_view(desk: Desk, out: Path, width: int) -> None:
    desk.driver.set_window_size(width, 900)
    desk.open(out / "report.html")
    desk.keys("j", "c", Keys.ESCAPE, "g")
    found = desk.violations()
    for view in ("findings", "matrix", "sources", "figures"):
        desk.click(f"#tab-{view}")
        found += desk.violations()
    desk.driver.set_window_size(1400, 900)
    assert found == []


def test_a_hostile_document_changes_nothing_on_the_page(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "articles"
    folder.mkdir()
    text = f"Vitamin B12 {EVIL} and sleep\n\nLow vitamin B12 causes anaemia {EVIL} in adults (OR 2.1 \u2028 {EVIL}).\n"
    (folder / "a <img src=x onerror=owned=1>.txt").write_text(text)
    record = {"id": EVIL, "title": EVIL, "abstract": f"Iron deficiency causes fatigue, {EVIL}. Zinc improves asthma 𝒳."}
    (folder / "b.jsonl").write_text(json.dumps(record))
    out = run([folder], tmp_path / "out", settings=FAST).out
    rows = list(read_evidence(out / "evidence.csv"))
    assert any("onerror" in row.sentence for row in rows)
    desk.open(out / "report.html")
    for row in rows:
        desk.open(out / "report.html", f"#questions=1&claim={row.claim_id}")
        assert desk.js("return document.querySelector('#claim .sentence').textContent") == row.sentence
        assert row.condition_text in desk.texts("#claim mark.condition")
    for view in ("findings", "matrix", "sources"):
        desk.click(f"#tab-{view}")
        desk.click(f"#view-{view} .tabulator-row") if view != "matrix" else None
    assert desk.js("return [window.owned, document.scripts.length, document.querySelectorAll('img').length]") == [
        None,
        3,
        0,
    ]


def test_the_page_asks_for_nothing_but_itself(desk: Desk, out: Path) -> None:
    desk.open(out / "report.html")
    desk.click("#tab-figures")
    assert (
        desk.js("return performance.getEntriesByType('resource').filter((e) => !e.name.startsWith('data:')).length")
        == 0
    )


def test_the_screenshots_of_the_docs_show_the_desk_of_today(
    desk: Desk, out: Path, rows: dict[str, EvidenceRow], tmp_path: Path
) -> None:
    """Where PROVENDER_SCREENSHOTS names a folder they are put there (`make screenshots`)."""
    folder = Path(os.environ.get("PROVENDER_SCREENSHOTS", tmp_path))
    row = max(rows.values(), key=lambda row: (len(row.statistics), len(row.flags)))
    desk.open(out / "report.html", f"#claim={row.claim_id}")
    for name, tab in (("desk-claims", "claims"), ("desk-findings", "findings")):
        desk.click(f"#tab-{tab}")
        if tab == "findings":
            desk.wait("return document.querySelector('#findings .tabulator-row') !== null")
            desk.js("document.querySelector('#findings .tabulator-row').click()")
        assert desk.driver.save_screenshot(str(folder / f"{name}.png"))
        assert (folder / f"{name}.png").stat().st_size > 20_000
