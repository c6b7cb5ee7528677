"""How many sentences of articles are found whole in their PDFs, beside pymupdf4llm (pip install pymupdf4llm).

    python benchmarks/pdf_sentences.py ARTICLES [--number 20] [--characters 12000]

ARTICLES is a tar archive of JATS articles (such as PMC's open access subset). The first of them with enough text are
set as PDF by PyMuPDF's Story, every second one in two columns, with a running head and a page number on each page.
A sentence counts as found where its letters and digits stand in one run in what a reader returns, so that a line
of furniture within it, or the other column's text, loses it.
"""

import argparse
import html
import io
import logging
import re
import tarfile
import tempfile
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path

import pymupdf
import pymupdf4llm
from lxml import etree

from pipeline import read

PAGE = pymupdf.paper_rect("a4")
MARGIN, GUTTER = 56.0, 18.0
STYLE = "p {font-size: 10pt; text-align: justify;} h1 {font-size: 17pt;} h2 {font-size: 12pt;}"
SENTENCE = re.compile(r"(?<=[a-z)][.?!])\s+(?=[A-Z])")
MIN_WORDS = 5


def letters(text: str) -> str:
    """Return the letters and digits of a text in one case."""
    plain = unicodedata.normalize("NFKC", text).replace("\u00ad", "").casefold()
    return "".join(filter(str.isalnum, plain))


def articles(archive: Path, number: int, characters: int) -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Yield title and (heading, paragraph) of articles, as plain text, up to so many characters of each."""
    with tarfile.open(archive) as files:
        for member in files:
            held = files.extractfile(member) if member.isfile() else None
            if held is None or number == 0:
                continue
            root = etree.fromstring(held.read(), etree.XMLParser(load_dtd=False, resolve_entities=False))
            parts: list[tuple[str, str]] = []
            for node in root.iterfind(".//body/sec//p"):
                section = node.getparent()
                text = " ".join("".join(node.itertext()).split())
                if section.tag == "sec" and sum(len(part) for _, part in parts) + len(text) <= characters:
                    parts.append((" ".join((section.findtext("title") or "").split()), text))
            if sum(len(part) for _, part in parts) > characters / 2:
                number -= 1
                yield " ".join("".join(root.find(".//article-title").itertext()).split()), parts


def typeset(title: str, parts: list[tuple[str, str]], *, columns: int) -> bytes:
    """Return the PDF of an article."""
    written, heading = [f"<h1>{html.escape(title)}</h1>"], ""
    for section, text in parts:
        if section and section != heading:
            written.append(f"<h2>{html.escape(section)}</h2>")
        heading = section
        written.append(f"<p>{html.escape(text)}</p>")
    story = pymupdf.Story("".join(written), user_css=STYLE)
    made = io.BytesIO()
    writer = pymupdf.DocumentWriter(made)
    width = (PAGE.width - 2 * MARGIN - (columns - 1) * GUTTER) / columns
    more = True
    while more:
        device = writer.begin_page(PAGE)
        for column in range(columns if more else 0):
            left = MARGIN + column * (width + GUTTER)
            if more:
                more, _ = story.place(pymupdf.Rect(left, MARGIN + 14, left + width, PAGE.height - MARGIN))
                story.draw(device)
        writer.end_page()
    writer.close()
    with pymupdf.open(stream=made.getvalue(), filetype="pdf") as pdf:
        for page in pdf:
            page.insert_text((MARGIN, 40), f"{title[:50].rsplit(' ', 1)[0]} ...", fontsize=8)
            page.insert_text((PAGE.width / 2, PAGE.height - 30), str(page.number + 1), fontsize=8)
        return bytes(pdf.tobytes())


def main() -> None:
    """Print the share of sentences that each reader finds."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("articles", type=Path)
    parser.add_argument("--number", type=int, default=20)
    parser.add_argument("--characters", type=int, default=12_000, help="of each article")
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)
    readers: dict[str, Callable[[Path], str]] = {
        "provender": lambda path: read(path)[0].text,
        "pymupdf4llm": lambda path: str(pymupdf4llm.to_markdown(str(path), show_progress=False)),
    }
    found = {(name, columns): [0, 0] for name in readers for columns in (1, 2)}
    seconds = dict.fromkeys(readers, 0.0)
    with tempfile.TemporaryDirectory() as folder:
        for number, (title, parts) in enumerate(articles(given.articles, given.number, given.characters)):
            columns = 1 + number % 2
            path = Path(folder) / f"{number}.pdf"
            path.write_bytes(typeset(title, parts, columns=columns))
            sentences = [sentence for _, text in parts for sentence in SENTENCE.split(text)]
            for name, reader in readers.items():
                began = time.process_time()
                text = letters(reader(path))
                seconds[name] += time.process_time() - began
                asked = [letters(sentence) in text for sentence in sentences if len(sentence.split()) >= MIN_WORDS]
                found[name, columns][0] += sum(asked)
                found[name, columns][1] += len(asked)
    for (name, columns), (there, asked_for) in found.items():
        share = there / max(1, asked_for)
        print(f"{name:12} {columns} column(s): {there} of {asked_for} sentences, {share:.3f}")
    for name, took in seconds.items():
        print(f"{name:12} {took:.1f} s of processor time")


if __name__ == "__main__":
    main()
