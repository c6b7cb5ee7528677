"""In: nothing. Out: the address of a Prefect API: the user's own, or a server of this process's own on loopback.

Run as `python -m flows.server`, it is that server: it ends when its standard input does, so with its parent.
"""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator

from pipeline.errors import ServerError as ServerError
from pipeline.import_path import import_path

QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_UI_ENABLED": "false",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
}
"""Nothing is sent anywhere and nothing is said; a variable that the user has set stays as it is."""

AUTH = "PREFECT_SERVER_API_AUTH_STRING"
"""The variable with the user and password that the own server asks for; made anew each time where it is not set."""
SCHEDULES = "--schedules"
START_SECONDS = 120
STOP_SECONDS = 5


def quiet() -> None:
    """Set Prefect's environment; to be called before Prefect is imported."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


@contextlib.contextmanager
def prefect_api(*, schedules: bool = False) -> Iterator[str]:
    """Give the address of the API that flow runs are reported to, and keep it up meanwhile.

    Where the user's environment or profile names one, that is it. Else a server is started whose database lies
    in PREFECT_HOME, so that `prefect server start` shows its runs later; with `schedules` it also makes the runs
    of deployments that are due. Raises `ServerError`.
    """
    quiet()
    from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

    given = PREFECT_API_URL.value()
    if given:
        yield str(given)
        return
    # other users of the machine reach loopback too
    secret = os.environ.get(AUTH) or f"provender:{secrets.token_urlsafe(32)}"
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "flows.server", *([SCHEDULES] if schedules else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": import_path(), AUTH: secret},
        text=True,
        start_new_session=True,
    )
    assert process.stdin is not None and process.stdout is not None
    too_late = threading.Timer(START_SECONDS, process.kill)
    too_late.daemon = True
    too_late.start()
    try:
        import prefect.artifacts
        import prefect.main  # noqa: F401  (what a flow needs is loaded while the server starts)

        port = process.stdout.readline().strip()
        too_late.cancel()
        if not port:
            raise ServerError("Prefect's own server did not start")
        url = f"http://127.0.0.1:{port}/api"
        try:
            with temporary_settings({PREFECT_API_URL: url, PREFECT_API_AUTH_STRING: secret}):
                yield url
        finally:
            process.stdin.close()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
    finally:
        too_late.cancel()
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            pipe.close()


def main() -> None:
    """Serve on a free port of loopback and print its number once requests are answered."""
    quiet()
    import uvicorn
    from prefect.server.api.server import create_app

    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(ephemeral=SCHEDULES not in sys.argv, final=True),
        lifespan="on",
        log_level="critical",
        timeout_graceful_shutdown=STOP_SECONDS // 2,
    )
    server = uvicorn.Server(config)

    def end_with_parent() -> None:
        sys.stdin.read()
        server.should_exit = True
        threading.Timer(STOP_SECONDS, os._exit, [0]).start()

    def announce() -> None:
        while not server.started:
            threading.Event().wait(0.02)
        print(listening.getsockname()[1], flush=True)

    for watch in (end_with_parent, announce):
        threading.Thread(target=watch, daemon=True).start()
    server.run(sockets=[listening])
    os._exit(0)


if __name__ == "__main__":
    main()
