"""In: the text of an invented article; out: the same as a PDF in two columns, as journals print it.

Run `python corpora/make_pdf.py` to write it anew. In the text `#` marks the title, `@` a line under it, `##`
a heading, `-` inside a word a place where it may be hyphenated; the rest is paragraphs and references.
"""

from dataclasses import dataclass, field
from pathlib import Path

import pymupdf

HERE = Path(__file__).parent
SOURCE = HERE / "cohort-ferritin-pregnancy.txt"
TARGET = HERE / "rls-b12" / "cohort-ferritin-pregnancy.pdf"

PAGE = pymupdf.paper_rect("a5")
MARGIN, GUTTER, FOOT = 36.0, 16.0, 40.0
COLUMN = (PAGE.width - 2 * MARGIN - GUTTER) / 2
BODY_SIZE, LEADING = 9.0, 11.2
ROMAN, BOLD = pymupdf.Font("tiro"), pymupdf.Font("tibo")
RUNNING_HEADS = (
    "Journal of Illustrative Nutrition 2023;5:55-56",
    "Solheim-Aoki and Prestwick: Ferritin in pregnancy",
)
KEPT_HYPHENS = ("case-control", "two-sided", "Solheim-Aoki", "Baratte-Beebe")


def pieces(word: str) -> list[str]:
    """Split a word at the places where it may be hyphenated."""
    plain = any(character.isdigit() for character in word) or any(kept in word for kept in KEPT_HYPHENS)
    return [word] if plain else word.split("-")


def broken(paragraph: str, width: float, size: float) -> list[str]:
    """Return a paragraph as lines no wider than `width` points, hyphenating where a word allows it."""
    lines, line = [], ""
    for word in paragraph.split():
        parts = pieces(word)
        whole = f"{line} {''.join(parts)}".strip()
        if ROMAN.text_length(whole, size) <= width:
            line = whole
            continue
        for cut in range(len(parts) - 1, -1, -1):
            head = f"{line} {''.join(parts[:cut])}-".strip()
            if cut and ROMAN.text_length(head, size) <= width:
                lines.append(head)
                line = "".join(parts[cut:])
                break
        else:
            lines.append(line)
            line = "".join(parts)
    return [*lines, line]


@dataclass
class Sheet:
    """A document being set: where the next line of the current column goes."""

    document: pymupdf.Document = field(default_factory=pymupdf.open)
    column: int = 1
    y: float = PAGE.height
    top: float = MARGIN + 18

    def next_column(self) -> None:
        """Move to the next column, on a new page with its running head and number after the second one."""
        self.column = 1 - self.column
        if self.column == 0:
            page = self.document.new_page(width=PAGE.width, height=PAGE.height)
            number = self.document.page_count
            self.top = MARGIN + 18
            self.write(RUNNING_HEADS[(number - 1) % 2], MARGIN, MARGIN, size=7.5)
            self.write(str(54 + number), page.rect.width / 2 - 4, PAGE.height - 20, size=8)
        self.y = self.top

    def write(self, text: str, x: float, y: float, *, size: float = BODY_SIZE, bold: bool = False) -> None:
        """Write one line of text on the last page."""
        page = self.document[-1]
        writer = pymupdf.TextWriter(page.rect)
        writer.append((x, y), text, font=BOLD if bold else ROMAN, fontsize=size)
        writer.write_text(page)

    def line(self, text: str, *, bold: bool = False) -> None:
        """Write a line in the current column, or at the head of the next one if it is full."""
        if self.y > PAGE.height - FOOT:
            self.next_column()
        self.write(text, MARGIN + self.column * (COLUMN + GUTTER), self.y, bold=bold)
        self.y += LEADING

    def front(self, lines: list[str]) -> None:
        """Write the title and the lines under it across both columns of the first page."""
        self.next_column()
        full = PAGE.width - 2 * MARGIN
        for text in lines:
            size = 14.0 if text.startswith("# ") else BODY_SIZE
            for part in broken(text.lstrip("#@ ").replace("-", "\u2011"), full * 0.92, size):
                self.write(part.replace("\u2011", "-"), MARGIN, self.y, size=size, bold=size > BODY_SIZE)
                self.y += size * 1.25
        self.y += LEADING
        self.top = self.y


def main() -> None:
    """Read the text, set it and save the PDF."""
    lines = SOURCE.read_text(encoding="utf-8").splitlines()
    sheet = Sheet()
    sheet.front([line for line in lines if line.startswith(("# ", "@ "))])
    for text in (line for line in lines if line and not line.startswith(("# ", "@ "))):
        if text.startswith("## "):
            sheet.y += LEADING / 2
            sheet.line(text.removeprefix("## "), bold=True)
            continue
        for part in broken(text, COLUMN, BODY_SIZE):
            sheet.line(part)
        sheet.y += LEADING / 3
    sheet.document.set_metadata(
        {"title": lines[0].lstrip("# "), "author": lines[1].lstrip("@ "), "creationDate": "D:20230504000000Z"}
    )
    sheet.document.subset_fonts()
    sheet.document.save(TARGET, garbage=4, deflate=True, no_new_id=True)


if __name__ == "__main__":
    main()
