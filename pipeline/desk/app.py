"""In: a session and a token. Out: the web application that serves it to browsers of this machine alone."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.concurrency import run_in_threadpool

from pipeline.desk.session import Session
from pipeline.errors import RefusedError, StoreError

HOSTS = ("127.0.0.1", "localhost")
MOST_BYTES = 100_000
"""Bytes of one decision: a note, not a book."""
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def make_app(session: Session, token: str) -> FastAPI:
    """Return the application: the page at `/?token=...`, decisions below `/api/` with the token in a header.

    A request for another host is refused, so that no web page can reach it through a name of its own.
    """
    app = FastAPI(docs_url=None, redoc_url=None, openapi_url=None)

    @app.middleware("http")
    async def guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
        host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
        given = request.headers.get("x-provender-token") or request.query_params.get("token", "")
        if host not in HOSTS:
            return Response("This desk answers to 127.0.0.1 and localhost only.", 421)
        if not secrets.compare_digest(given.encode(), token.encode()):
            return Response("Open the address that `provender review serve` printed, with its token.", 403)
        response = await go_on(request)
        response.headers.update(_HEADERS)
        return response

    @app.get("/")
    def page() -> HTMLResponse:
        return HTMLResponse(session.page())

    @app.get("/api/decisions")
    def decisions(reviewer: str = "") -> JSONResponse:
        return JSONResponse(_or_refusal(lambda: session.decisions(reviewer.strip())))

    @app.post("/api/decisions")
    async def decide(request: Request) -> JSONResponse:
        if int(request.headers.get("content-length", MOST_BYTES + 1)) > MOST_BYTES:
            raise HTTPException(413, "This is too long for a decision.")
        said = await request.json()
        number = await run_in_threadpool(lambda: _or_refusal(lambda: session.decide(said)))
        return JSONResponse({"number": number})

    return app


def _or_refusal(work: Callable[[], Any]) -> Any:
    try:
        return work()
    except (RefusedError, StoreError) as error:
        raise HTTPException(409, str(error)) from None
