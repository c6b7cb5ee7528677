"""report.html as a file: nothing but itself, nothing from a document as markup, the same bytes each time."""

import dataclasses
import re
from collections.abc import Collection
from pathlib import Path

import pytest
from table_rows import COMPARISON_ROW, ROW, SOURCE_ROW, row

from pipeline.records import EvidenceRow, Passage
from pipeline.report import ReportContents, read_contents, render, write_report
from pipeline.report.contents import units
from pipeline.report.page import embeddable
from pipeline.vocabulary import in_words

PARAGRAPH = f"First of all. {ROW.sentence} And so on."


def passages(source_ids: Collection[str]) -> dict[str, list[Passage]]:
    return {source: [Passage(ROW.sentence_start - 14, PARAGRAPH)] for source in source_ids}


def contents(*rows: EvidenceRow, **more: object) -> ReportContents:
    given = {"rows": rows, "comparisons": [COMPARISON_ROW], "sources": [SOURCE_ROW]}
    return ReportContents(passages=passages, **(given | more))  # type: ignore[arg-type]


def test_a_claim_has_its_paragraph_its_finding_and_its_flags_in_words() -> None:
    values = contents(ROW).values()
    [claim] = values["claims"]
    shared = dict(zip(("source", "finding", "passage", "place", "sentence", "spans"), claim[-10:-4], strict=True))
    assert (shared["source"], shared["finding"], shared["sentence"]) == (0, 0, ROW.sentence)
    assert values["passages"][shared["passage"]][shared["place"] :].startswith(ROW.sentence)
    first, last = shared["spans"][:2]
    assert ROW.sentence[first:last] == ROW.nutrient_text
    codes = {code: values["texts"][place] for code, place in claim[-2]}
    said = "This row carries the flag {}."
    assert codes == {flag.code: flag.reason or said.format(flag.code) for flag in ROW.flags}


def test_a_claim_without_a_known_paragraph_or_finding_is_shown_all_the_same() -> None:
    values = contents(row(claim_id="f" * 16, sentence="Another sentence.")).values()
    [claim] = values["claims"]
    assert claim[-9:-7] == [-1, -1] and claim[-6] == "Another sentence."


def test_nothing_that_a_document_says_ends_the_script_it_stands_in(tmp_path: Path) -> None:
    evil = "</script><script>alert(1)</script><!-- \u2028"
    source = dataclasses.replace(SOURCE_ROW, title=evil, reason=evil)
    write_report(tmp_path / "r.html", contents(row(section=evil), sources=[source]))
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "<script>alert" not in page and page.count("</script>") == 3
    assert read_contents(tmp_path / "r.html") == "".join(
        embeddable(contents(row(section=evil), sources=[source]).values())
    )


def test_the_page_runs_its_own_scripts_only_and_loads_nothing() -> None:
    page = render("{}")
    [policy] = re.findall(r'Security-Policy" content="([^"]*)"', page)
    assert "default-src &#39;none&#39;" in policy and "connect-src &#39;none&#39;" in policy
    assert "unsafe-inline" not in policy.partition("script-src")[2].partition(";")[0]
    assert policy.count("sha256-") == len(re.findall("<script>", page)) == 2
    assert not re.search(r"""(src|href)=["'](https?:)?//|@import|url\(""", page.partition('id="contents"')[0])


def test_the_report_has_the_same_bytes_each_time(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_report(tmp_path / f"{name}.html", contents(ROW))
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_report_without_claims_and_a_file_that_is_none(tmp_path: Path) -> None:
    write_report(tmp_path / "r.html", contents(comparisons=[]))
    assert '"claims":[]' in read_contents(tmp_path / "r.html")
    (tmp_path / "x.html").write_text("<p>Hello</p>")
    with pytest.raises(ValueError, match="is not a report that a run wrote"):
        read_contents(tmp_path / "x.html")


@pytest.mark.parametrize(("text", "place", "found"), [("abc", 2, 2), ("é𝒳c", 2, 3), ("𝒳", 0, 0)])
def test_offsets_count_as_a_browser_counts(text: str, place: int, found: int) -> None:
    assert units(text, place) == found


def test_a_claim_that_asserts_nothing_is_worded_as_the_question_it_is() -> None:
    said = "vitamin B12 (deficiency) is associated with restless legs syndrome"
    assert in_words(ROW) == said
    assert in_words(row(factuality="Unknown")) == f"asks whether {said}"
