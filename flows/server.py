"""In: nothing. Out: the address of a Prefect API: the user's own, or a server of this process's own on loopback.

The server is a process of its own, which ends when its input does, so with its parent: a copy of this one where that is
sound, because both need the whole of Prefect, or `python -m flows.server`.
"""

import contextlib
import os
import secrets
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from pipeline.errors import ServerError as ServerError
from pipeline.import_path import import_path
from pipeline.own_process import set_up
from pipeline.runs.copied import Copy, may_be_copied

QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_SERVER_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_UI_ENABLED": "false",
    "PREFECT_CLIENT_SERVER_VERSION_CHECK_ENABLED": "false",
    "PY_KEY_VALUE_DISABLE_BEARTYPE": "true",
}
"""Nothing is sent anywhere and nothing is said, and no types are checked as the server loads a library; a variable that
the user has set stays as it is."""

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
def prefect_api(*, schedules: bool = False, copied: bool = False) -> Iterator[str]:
    """Give the address of the API that flow runs are reported to, and keep it up meanwhile.

    Where the user's environment or profile names one, that is it. Else a server is started whose database lies
    in PREFECT_HOME, so that `prefect server start` shows its runs later; with `schedules` it also makes the runs
    of deployments that are due. `copied` says that this is a program of Provender's own, of which the server may be a
    copy. Raises `ServerError`.
    """
    quiet()
    # other users of the machine reach loopback too
    secret = os.environ.get(AUTH) or f"provender:{secrets.token_urlsafe(32)}"
    copied = copied and may_be_copied() and not schedules and "prefect" not in sys.modules
    with _set(AUTH, secret if copied else None):  # a copy has the settings with which Prefect is loaded here
        from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings

    given = PREFECT_API_URL.value()
    if given:
        yield str(given)
        return
    process = _copy() if copied else _started_anew(secret, schedules=schedules)
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


@contextlib.contextmanager
def _set(name: str, value: str | None) -> Iterator[None]:
    """Have a variable in the environment for a while."""
    before = os.environ.get(name)
    if value is not None:
        os.environ[name] = value
    try:
        yield
    finally:
        if value is not None and before is None:
            del os.environ[name]


def _copy() -> Copy:
    import prefect.artifacts
    import prefect.main  # noqa: F401  (what a flow and the server both need)

    with Path(os.devnull).open("wb") as nothing:
        return Copy(serve, nothing, {})


def _started_anew(secret: str, *, schedules: bool) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "flows.server", *([SCHEDULES] if schedules else [])],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"PYTHONPATH": import_path(), AUTH: secret},
        text=True,
        start_new_session=True,
    )


def main() -> None:
    """Serve as a program: with `--schedules` also the runs of deployments."""
    set_up()
    quiet()
    serve(sys.stdin, sys.stdout, ephemeral=SCHEDULES not in sys.argv)


def serve(given: TextIO, answers: TextIO, *, ephemeral: bool = True) -> None:
    """Serve on a free port of loopback, write its number once requests are answered, and end when the input does."""
    import uvicorn
    from prefect.server.api.server import create_app

    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        create_app(ephemeral=ephemeral, final=True),
        lifespan="on",
        log_level="critical",
        timeout_graceful_shutdown=STOP_SECONDS // 2,
    )
    server = uvicorn.Server(config)

    def end_with_parent() -> None:
        given.read()
        server.should_exit = True
        threading.Timer(STOP_SECONDS, os._exit, [0]).start()

    def announce() -> None:
        while not server.started:
            threading.Event().wait(0.02)
        print(listening.getsockname()[1], file=answers, flush=True)

    for watch in (end_with_parent, announce):
        threading.Thread(target=watch, daemon=True).start()
    server.run(sockets=[listening])
    os._exit(0)


if __name__ == "__main__":
    main()
