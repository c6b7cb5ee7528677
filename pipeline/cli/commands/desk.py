"""In: the folder of a run. Out: `provender review serve`: the desk in a browser, decisions saved as they are made."""

import secrets
import socket
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.app import WRONG_USAGE, errors_in_words, fail, output
from pipeline.cli.commands.review import review


@review.command()
def serve(
    out: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that a run wrote.")],
    port: Annotated[int, typer.Option(metavar="N", min=0, max=65535, help="Port; 0: any that is free.")] = 0,
    blind: Annotated[
        bool, typer.Option("--blind", help="Show what others decided of a claim only to who has decided it too.")
    ] = False,
) -> None:
    """Serve report.html to the browsers of this machine and save decisions in the ledger as they are made.

    Several reviewers can work at once, each under the name typed at the top of the page. A run that ends meanwhile
    disturbs nobody: it takes in what was decided, and who loads the page anew sees its tables. Ctrl-C ends it.

    \b
    Examples:
      provender review serve evidence/
      provender review serve evidence/ --port 8765 --blind
    """
    with errors_in_words():
        import uvicorn

        from pipeline.desk import Session, make_app
        from pipeline.store import OutputFolder

        if not (out / "report.html").is_file():
            fail(f"{out} holds no report.html; give the folder that `provender run ... --out` wrote.", WRONG_USAGE)
        token = secrets.token_urlsafe(24)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listener.bind(("127.0.0.1", port))
            except OSError as error:
                fail(f"Port {port} cannot be had ({error.strerror}); give another with --port.", WRONG_USAGE)
            output.print(
                f"The desk is at http://127.0.0.1:{listener.getsockname()[1]}/?token={token}",
                markup=False,
                soft_wrap=True,
            )
            config = uvicorn.Config(make_app(Session(OutputFolder(out), blind), token), log_level="warning")
            uvicorn.Server(config).run(sockets=[listener])
