"""In: a list of web addresses; out: the pages, as they were served, to a corpus folder."""

import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

from pipeline.config import Settings, load_settings
from pipeline.errors import SourceError
from pipeline.literature.address import shown
from pipeline.literature.client import Client, Fault, host
from pipeline.literature.clock import Clock, Pacer
from pipeline.literature.ledger import FetchLedger, open_ledger
from pipeline.literature.robots import Robots
from pipeline.literature.summary import FetchSummary, ProgressCallback

SUFFIXES = {
    "": ".html",
    "text/html": ".html",
    "application/xhtml+xml": ".html",
    "application/pdf": ".pdf",
    "application/xml": ".xml",
    "text/xml": ".xml",
    "application/json": ".json",
    "text/plain": ".txt",
}
"""The media types of what can be read, and how files of them end; without a media type it is taken for a page."""

_LONGEST_SLUG = 80


def fetch_urls(
    file: str | Path,
    out: str | Path,
    *,
    settings: Settings | None = None,
    progress: ProgressCallback | None = None,
    clock: Clock | None = None,
) -> FetchSummary:
    """Fetch the pages whose addresses stand in a file, one on a line, into the folder `out`.

    Empty lines and lines that begin with `#` are passed over. The robots.txt of each host is heeded, and its
    requests are kept apart by `page_delay_seconds` or what its robots.txt asks for. A page that cannot be fetched is
    a failure with its reason and is tried again next time; one that the folder holds is not.

    Raises `ValueError` where the file cannot be read or names no address, and `FetchError` where the folder cannot
    be written.
    """
    settings = settings or load_settings()
    clock = clock or Clock()
    addresses = _addresses(Path(file))
    with open_ledger("urls", Path(file).name, None, out, progress=progress, clock=clock) as ledger:
        hosts = _Hosts(settings.services.page_delay_seconds, clock)
        with Client(settings.services, pace=hosts.wait, max_bytes=settings.limits.max_bytes, clock=clock) as client:
            robots = Robots(client)
            ledger.asked("", f"{len(addresses)} addresses, each in fetch.json with its file")
            ledger.found(len(addresses))
            for address in addresses:
                stem = _stem(shown(address))
                if any(ledger.folder.has(f"{stem}{suffix}") for suffix in SUFFIXES.values()):
                    ledger.already(1)
                    continue
                try:
                    _fetch(address, stem, client, robots, hosts, ledger, settings.services.max_wait_seconds)
                except _Objection as objection:
                    ledger.failed(shown(address), f"It was left out, because {objection}.")
                except Fault as fault:
                    ledger.failed(shown(address), f"Its server {fault}.")
        return ledger.finish()


class _Objection(Exception):
    """A page that is not to be fetched; the message is a clause that says why."""


class _Hosts:
    """Keeps the requests to each host apart."""

    def __init__(self, interval: float, clock: Clock) -> None:
        self._interval = interval
        self._clock = clock
        self._pacers: dict[str, Pacer] = {}

    def wait(self, url: str) -> None:
        self._pacers.setdefault(host(url), Pacer(self._interval, self._clock)).wait()

    def slow_down(self, url: str, interval: float) -> None:
        self._pacers.setdefault(host(url), Pacer(self._interval, self._clock)).slow_down(interval)


def _fetch(
    address: str, stem: str, client: Client, robots: Robots, hosts: _Hosts, ledger: FetchLedger, longest_delay: float
) -> None:
    def ask_leave(url: str) -> None:
        try:
            parts = urlsplit(url)
            if parts.scheme not in {"http", "https"} or not parts.hostname:
                raise ValueError
        except ValueError:
            raise _Objection("it is no http or https address") from None
        if objection := robots.objection(url):
            raise _Objection(objection)
        if (delay := robots.delay(url)) > longest_delay:
            raise _Objection(f"its robots.txt asks for {delay:g} seconds between pages; raise max_wait_seconds")
        hosts.slow_down(url, delay)

    ask_leave(address)
    answer = client.get(address, on_redirect=ask_leave)
    suffix = SUFFIXES.get(answer.media_type)
    if suffix is None:
        raise _Objection(f"it is {answer.media_type}, which is not read")
    if not answer.content.strip():
        raise _Objection("its server sent an empty page")
    ledger.write(f"{stem}{suffix}", answer.content, 1, url=shown(address), final_url=answer.url)


def _addresses(file: Path) -> list[str]:
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SourceError(
            f"{file} cannot be read ({reason}); give a text file with one address on each line."
        ) from None
    addresses = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not addresses:
        raise SourceError(f"{file} names no address; give a text file with one address on each line.")
    return list(dict.fromkeys(addresses))


def _stem(address: str) -> str:
    """Return a file name for an address: readable, and never that of another."""
    readable = re.sub(r"[^a-z0-9.]+", "-", re.sub(r"^[a-z]+://", "", address.lower())).strip("-.")
    digest = hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:10]
    return f"{readable[:_LONGEST_SLUG].rstrip('-.') or 'page'}-{digest}"
