"""The options that several commands take, each declared once."""

from pathlib import Path
from typing import Annotated

import typer

Workers = Annotated[
    int | None, typer.Option(metavar="N", min=1, help="Processes that read; one for each core if not given.")
]
Config = Annotated[Path | None, typer.Option(metavar="FILE", help="Settings in a TOML file.")]
Model = Annotated[
    str | None, typer.Option(metavar="NAME", help="default, fast (lexicons and rules), or a scispaCy model's name.")
]
Scheme = Annotated[
    Path | None, typer.Option(metavar="FILE", help="A grading scheme of your own in place of the bundled one.")
]
PdfPasswords = Annotated[
    Path | None,
    typer.Option(
        "--pdf-password-file", metavar="FILE", help="A file with the passwords of encrypted PDFs, one a line."
    ),
]
