"""An article is found wherever a page or a text puts it: within furniture, between boxes, behind a contents list."""

from pathlib import Path

import pytest

from pipeline.ingest import read
from pipeline.records import Document

PARAGRAPHS = (
    "Magnesium taken at night shortened the time to fall asleep in forty older adults followed for eight weeks.",
    "Selenium given for two years did not change the number of infections among nursing home residents in the trial.",
    "Copper levels were lower in people with anemia who had undergone gastric surgery ten years before the study.",
)
BODY = "<h1>Minerals and sleep</h1>" + "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)
ENTRIES = (
    "1. Doe J, Roe R. Magnesium in sleep. J Sleep. 2011;4:12-19.\n"
    "2. Poe A. Selenium and infection. Lancet. 2015;385:101-9.\n"
    "3. Low B. Copper after surgery. BMJ. 2018;360:k1.\n"
)


def document(folder: Path, name: str, text: str) -> Document:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    (found,) = read(path)
    return found


def paragraphs(found: Document) -> list[str]:
    return [found.text[block.start : block.end] for block in found.blocks]


@pytest.mark.parametrize(
    "around",
    [
        "<form action='/x' method='post'><fieldset><legend>Article</legend>{}</fieldset></form>",
        "<header><a href='/'>Site</a>{}",
        "<div id='app'></div><noscript>{}</noscript>",
        "<nav><ul><li><a href='/'>Home</a></li></ul><div>{}</div>",
        "<div class='slides'><div class='slide' style='display:none'>{}</div></div>",
        "<div aria-hidden='true'>{}</div>",
        "<footer><div>{}</div></footer>",
        "<aside>{}</aside>",
        "<dialog>{}</dialog>",
    ],
)
def test_an_article_within_furniture_is_read(tmp_path: Path, around: str) -> None:
    page = f"<!doctype html><html><head><title>Minerals</title></head><body>{around.format(BODY)}</body></html>"
    assert set(PARAGRAPHS) <= set(paragraphs(document(tmp_path, "a.html", page)))


@pytest.mark.parametrize(
    "line",
    [
        "Advertisement - continue reading below",
        "You might also like: 7 foods rich in iron",
        "312 Comments",
        "Also read | Copper and you",
        "Frequently Asked Questions about minerals is a short film from 2019",
    ],
)
def test_a_line_between_paragraphs_drops_itself_at_most(tmp_path: Path, line: str) -> None:
    first, *others = PARAGRAPHS
    text = "\n\n".join(("Minerals and sleep", first, line, *others))
    assert set(PARAGRAPHS) <= set(paragraphs(document(tmp_path, "a.txt", text)))
    page = f"<html><body><article>{BODY.replace('</p>', f'</p><p>{line}</p>', 1)}</article></body></html>"
    assert set(PARAGRAPHS) <= set(paragraphs(document(tmp_path, "a.html", page)))


@pytest.mark.parametrize("heading", ["References", "Sources", "Bibliography"])
@pytest.mark.parametrize(
    "contents",
    [
        "Contents\n\n1. Introduction\n2. Results\n3. {}\n",
        "On this page\n\nOverview\nEvidence\n{}\n",
        "In this article:\n\n- Sleep\n- Infections\n- {}\n",
        "Jump to: Sleep | Infection | {}\n",
    ],
)
def test_a_contents_list_that_names_the_references_is_not_them(tmp_path: Path, heading: str, contents: str) -> None:
    body = "\n\n".join(f"{paragraph} [{number}]" for number, paragraph in enumerate(PARAGRAPHS, start=1))
    text = f"Minerals\n\n{contents.format(heading)}\nIntroduction\n\n{body}\n\n{heading}\n\n{ENTRIES}"
    found = document(tmp_path, "a.txt", text)
    assert len(found.references) == len(PARAGRAPHS)
    assert all(any(paragraph[:-1] in kept for kept in paragraphs(found)) for paragraph in PARAGRAPHS)


@pytest.mark.parametrize(
    "supplement",
    [
        "Supplementary references\n\nS1. Foe C. Zinc pools. J Nutr. 2001;1:1-2.\n",
        "Appendix\n\nReferences\n\n1. Foe C. Zinc pools. J Nutr. 2001;1:1-2.\n",
        "Supporting information\n\nTable S1. Doses used.\n",
        "Further reading\n\nFoe C. Minerals for all. Oxford: OUP; 2001.\n",
    ],
)
def test_a_supplement_behind_the_references_leaves_them_as_they_are(tmp_path: Path, supplement: str) -> None:
    body = "\n\n".join(f"{paragraph} [{number}]" for number, paragraph in enumerate(PARAGRAPHS, start=1))
    found = document(tmp_path, "a.txt", f"Minerals\n\n{body}\n\nReferences\n\n{ENTRIES}\n{supplement}")
    assert [entry.label for entry in found.references][:3] == ["1", "2", "3"]
    assert "Magnesium in sleep" in found.references[0].text
