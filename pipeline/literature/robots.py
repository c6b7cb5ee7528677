"""In: the address of a page. Out: whether its host's robots.txt lets this program fetch it, and how slowly."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from protego import Protego

from pipeline.literature.client import AGENT, Client, Fault, Refused

MAX_BYTES = 500 * 1024
"""So much of a robots.txt has to be heeded (RFC 9309, 2.5)."""


@dataclass(frozen=True, slots=True)
class _Rules:
    rules: Protego | None = None
    fault: str = ""


class Robots:
    """The robots.txt of every host that is asked about, each fetched once (RFC 9309)."""

    def __init__(self, client: Client) -> None:
        """Say with what to fetch them."""
        self._client = client
        self._hosts: dict[str, _Rules] = {}

    def objection(self, url: str) -> str:
        """Return why a page may not be fetched, as a phrase; "" where it may.

        A host without a robots.txt (an answer of 400 to 499) allows all; one whose robots.txt cannot be had now
        allows nothing (RFC 9309, 2.3.1).
        """
        found = self._of(url)
        if found.fault:
            return f"the robots.txt of its host cannot be had, because that {found.fault}"
        if found.rules and not found.rules.can_fetch(url, AGENT):
            return "the robots.txt of its host does not allow it"
        return ""

    def delay(self, url: str) -> float:
        """Return the seconds that the host wants between requests; 0 where it does not say."""
        rules = self._of(url).rules
        return float(rules.crawl_delay(AGENT) or 0) if rules else 0.0

    def _of(self, url: str) -> _Rules:
        parts = urlsplit(url)
        root = f"{parts.scheme}://{parts.netloc}"
        if root not in self._hosts:
            try:
                content = self._client.get(f"{root}/robots.txt").content[:MAX_BYTES]
                self._hosts[root] = _Rules(Protego.parse(content.decode("utf-8", "replace")))
            except Refused:
                self._hosts[root] = _Rules()
            except Fault as fault:
                self._hosts[root] = _Rules(fault=str(fault))
        return self._hosts[root]
