"""The example corpus is well formed, and the claims expected of it stand in its files, word for word.

Each file is read here with the plainest means for its format: these tests say nothing about the pipeline.
"""

import csv
import gzip
import json
import re
from functools import cache
from pathlib import Path

import pymupdf
import pytest
from lxml import etree, html

from pipeline.vocabulary import EXPOSURES, FACTUALITIES, RELATIONS, STRENGTHS

CORPORA = Path(__file__).parent.parent / "corpora"
CORPUS = CORPORA / "rls-b12"
EXPECTED = CORPORA / "rls-b12.expected.csv"
NOT_CLAIMS = CORPORA / "rls-b12.not-claims.csv"
MARKS = re.compile(r"example corpus|illustrative (document|record)", re.IGNORECASE)
INVENTED_PMID = "990000"
HEAD_MARGIN, FOOT_MARGIN = 50, 35  # points: the running head and the page number stand outside


def rows(table: Path) -> list[dict[str, str]]:
    """The rows of a CSV table."""
    with table.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def spaced(text: str) -> str:
    """The text with every run of white space as one space."""
    return " ".join(text.split())


def pdf_text(path: Path) -> str:
    """The printed columns of a PDF with hyphenated words joined."""
    with pymupdf.open(path) as document:
        body = pymupdf.Rect(document[0].rect) + pymupdf.Rect(0, HEAD_MARGIN, 0, -FOOT_MARGIN)
        pages = [page.get_text(clip=body) for page in document.pages()]
    return re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", "\n".join(pages))


def medline_texts(content: bytes) -> dict[str, str]:
    """The text of each record of a MEDLINE file, by PMID."""
    articles = etree.fromstring(content).iter("PubmedArticle")
    return {article.findtext(".//PMID"): " ".join(article.itertext()) for article in articles}


@cache
def texts(name: str) -> dict[str, str]:
    """The text of each record of a corpus file; the key is "" where the file is one document."""
    path = CORPUS / name
    if name.endswith(".xml.gz"):
        return medline_texts(gzip.decompress(path.read_bytes()))
    match path.suffix:
        case ".xml":
            return medline_texts(path.read_bytes())
        case ".pdf":
            return {"": pdf_text(path)}
        case ".html":
            return {"": html.fromstring(path.read_text(encoding="utf-8")).text_content()}
        case ".nxml":
            return {"": "".join(etree.fromstring(path.read_bytes()).itertext())}
        case ".csv":
            return {row["id"]: f"{row['title']} {row['abstract']}" for row in rows(path)}
        case ".jsonl":
            records = map(json.loads, path.read_text(encoding="utf-8").splitlines())
            return {record["id"]: f"{record['title']} {record['abstract']}" for record in records}
        case ".json":
            (document,) = json.loads(path.read_text(encoding="utf-8"))["documents"]
            return {"": " ".join(passage["text"] for passage in document["passages"])}
        case _:
            return {"": path.read_text(encoding="utf-8")}


FILES = sorted(path.name for path in CORPUS.iterdir())


def test_there_are_eight_to_twelve_sources_under_300_kilobytes():
    assert 8 <= len(FILES) <= 12
    assert sum(path.stat().st_size for path in CORPORA.rglob("*") if path.is_file()) < 300_000


@pytest.mark.parametrize("name", FILES)
def test_every_record_can_be_read_and_says_that_it_is_an_example(name: str):
    assert texts(name)
    for text in texts(name).values():
        assert MARKS.search(spaced(text))


def test_the_pdf_has_two_pages_of_two_columns():
    with pymupdf.open(CORPUS / "cohort-ferritin-pregnancy.pdf") as document:
        assert document.page_count == 2
        for page in document.pages():
            middle = page.rect.width / 2
            lefts = [x0 for x0, *_ in page.get_text("words")]
            assert any(x0 < middle for x0 in lefts) and any(x0 > middle for x0 in lefts)
            assert re.search(r"[a-z]-\n[a-z]", page.get_text())


def test_medline_files_hold_five_and_two_records_with_every_pmid_beyond_those_assigned():
    first, second = texts("pubmed-rls-nutrients.xml"), texts("pubmed-iron-mice-and-a-case.xml.gz")
    assert (len(first), len(second)) == (5, 2)
    assert all(pmid.startswith(INVENTED_PMID) for pmid in [*first, *second])


def test_the_jats_article_cites_only_references_that_it_lists():
    article = etree.parse(CORPUS / "trial-iron-b12-ibd.nxml")
    listed = {entry.get("id") for entry in article.iter("ref")}
    assert listed == {xref.get("rid") for xref in article.iter("xref") if xref.get("ref-type") == "bibr"}


def test_bioc_passages_stand_at_their_offsets():
    (document,) = json.loads((CORPUS / "bioc-cholecalciferol-dialysis.json").read_text("utf-8"))["documents"]
    ends = [passage["offset"] + len(passage["text"]) for passage in document["passages"]]
    starts = [passage["offset"] for passage in document["passages"]]
    assert starts == [0, *(end + 1 for end in ends[:-1])]


def test_one_answer_cites_a_label_that_its_reference_list_lacks():
    body, listed = texts("qa-b12-restless-legs.txt")[""].split("\nReferences\n")
    cited = {label for group in re.findall(r"[.:] (\d(?:, \d)*)(?=\s)", body) for label in group.split(", ")}
    assert cited - set(re.findall(r"^(\d)\. ", listed, re.MULTILINE)) == {"9"}


def test_invented_references_carry_the_test_prefix():
    everything = " ".join(spaced(text) for name in FILES for text in texts(name).values())
    entries = re.findall(r"\(invented reference\).{1,60}?doi:\s?(10\.\d+)", everything)
    assert len(entries) == everything.count("(invented reference)") > 0
    assert set(entries) == {"10.5555"}


@pytest.mark.parametrize("table", [EXPECTED, NOT_CLAIMS], ids=lambda table: table.stem)
def test_every_listed_sentence_stands_in_its_source(table: Path):
    absent = [
        (row["file"], row["sentence"])
        for row in rows(table)
        if row["sentence"] not in spaced(texts(row["file"])[row["record"]])
    ]
    assert absent == []


def test_every_expected_claim_is_spelt_as_the_guideline_says():
    for row in rows(EXPECTED):
        assert row["nutrient_text"] in row["sentence"], row
        assert row["condition_text"] in row["sentence"], row
        assert all(statistic in row["sentence"] for statistic in row["statistics"].split("; ")), row
        assert row["exposure"] in EXPOSURES
        assert row["relation"] in RELATIONS
        assert row["strength"] in STRENGTHS
        assert row["factuality"] in set(FACTUALITIES) - {"Unknown"}
        assert row["condition_type"] in {"condition", "measure"}
        assert (row["nutrient"], row["condition"]) == (row["nutrient"].lower(), row["condition"].lower())


def test_every_source_is_expected_to_give_a_claim():
    assert {row["file"] for row in rows(EXPECTED)} == set(FILES)


def test_no_claim_is_expected_twice_nor_from_a_sentence_that_makes_none():
    claims = [
        tuple(row[name] for name in ("file", "record", "sentence", "nutrient_text", "exposure", "condition_text"))
        for row in rows(EXPECTED)
    ]
    assert len(claims) == len(set(claims))
    silent = {(row["file"], row["record"], row["sentence"]) for row in rows(NOT_CLAIMS)}
    assert not silent & {claim[:3] for claim in claims}


def test_sources_agree_disagree_hedge_and_deny():
    claims = rows(EXPECTED)
    for nutrient in ("iron", "vitamin b12", "folate", "vitamin d"):
        relations = {
            row["relation"]
            for row in claims
            if row["nutrient"] == nutrient and row["condition"] == "restless legs syndrome"
        }
        assert "no_effect" in relations and len(relations) > 1
    assert {"Factual", "Probable", "Possible", "Doubtful"} == {row["factuality"] for row in claims}
