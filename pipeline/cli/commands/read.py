"""In: a file. Out: `provender read`: what ingestion made of it."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.app import app, errors_in_words, output, print_json
from pipeline.cli.options import PdfPasswords

if TYPE_CHECKING:
    from pipeline.records import Block, Document, Table


@app.command()
def read(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file in any format that is read.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print the documents as JSON, with their text.")] = False,
    pdf_passwords: PdfPasswords = None,
) -> None:
    """Show what was understood of one file.

    Its title, date, type, sections, references, and notes on what is missing. Text that is printed under a heading
    is article; navigation, notices and the like are left out.

    \b
    Examples:
      provender read page.txt
      provender read trial.nxml --json
    """
    with errors_in_words():
        from pipeline.api import read as read_documents
        from pipeline.config import load_settings

        settings = load_settings(limits={"pdf_password_file": pdf_passwords} if pdf_passwords else None)
        documents = read_documents(file, settings=settings)
        if as_json:
            print_json([asdict(document) for document in documents])
            return
        for document in documents:
            _print_document(document)


def _print_document(document: "Document") -> None:
    facts = {
        "Source": document.source_id,
        "Format": document.format,
        "Title": document.title,
        "Date": document.date,
        "Authors": "; ".join(document.authors),
        "Identifiers": ", ".join(f"{name} {value}" for name, value in document.identifiers.items()),
        "Type": document.source_type,
        "Publication types": ", ".join(document.publication_types),
        "Notes": "; ".join(document.quality_flags),
        "Pages": str(len(document.pages) or ""),
        "References": str(len(document.references)),
    }
    for name, value in facts.items():
        if value:
            output.print(f"[bold]{name}[/bold]", end=" ")
            output.print(value, markup=False)
    section: str | None = None
    for block in document.blocks:
        if block.section != section and block.kind != "heading":
            section = block.section
            output.print(f"\n[bold]{'-' * 4}[/bold]", section or "(no heading)", f"({block.role})", markup=True)
        if block.kind != "heading":
            _print_block(document, block)
    for table in document.tables:
        _print_table(table)
    for reference in document.references:
        output.print(f"  [{reference.label}] {reference.text}", markup=False)
    output.print()


def _print_table(table: "Table") -> None:
    output.print(f"\n[bold]{'-' * 4}[/bold]", end=" ")
    name = f"{table.label}: " if table.label and not table.caption.startswith(table.label) else ""
    output.print(f"{name}{table.caption}" or "Table", markup=False)
    for row in (*table.header, *table.rows):
        output.print("  " + " | ".join(row), markup=False)
    for note in table.footnotes:
        output.print(f"  {note}", markup=False)


def _print_block(document: "Document", block: "Block") -> None:
    output.print(document.text[block.start : block.end], markup=False)
