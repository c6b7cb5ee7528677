"""In: the address of a resource. Out: the server's whole answer, asked for politely and as often as that can help."""

import contextlib
import email.utils
import re
import socket
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httpx

from pipeline.config import Services
from pipeline.literature.address import is_private, shown
from pipeline.literature.clock import Clock

AGENT = "provender"
"""The name by which servers, and their robots.txt, know this program."""

_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504})
"""What a server says when the same request may go well later (RFC 9110; 425 is of RFC 8470, 429 of RFC 6585)."""

_MAX_REDIRECTS = 10


class Fault(Exception):
    """A request without a useful answer; the message is a phrase with the server as its subject."""


class Unavailable(Fault):
    """The server did not answer, or asked to come back later, at every attempt."""


class Refused(Fault):
    """The server answered that it will not serve this."""


class Damaged(Fault):
    """The answer is cut off or not what was asked for, at every attempt."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent: the address after redirects, the media type in lower case, and the body, unpacked."""

    url: str
    media_type: str
    content: bytes


class Client:
    """Makes requests one after another; use it in a `with` statement."""

    def __init__(self, services: Services, *, pace: Callable[[str], None], max_bytes: int, clock: Clock) -> None:
        """Set up; `pace` is called with the address before each request and returns when it may start."""
        self._services = services
        self._pace = pace
        self._max_bytes = max_bytes
        self._clock = clock
        contact = f" (mailto:{services.email})" if services.email else ""
        self._http = httpx.Client(
            headers={"User-Agent": f"{AGENT}/{version('provender')}{contact}"},
            timeout=services.timeout_seconds,
            limits=httpx.Limits(max_keepalive_connections=0),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def get(
        self,
        url: str,
        parameters: Mapping[str, str] | None = None,
        *,
        check: Callable[[bytes], object] = bytes,
        on_redirect: Callable[[str], None] | None = None,
    ) -> Answer:
        """Get an address; raises a `Fault`, or what `on_redirect` raises for an address that it is led to.

        `check` raises `Damaged` where a body is not whole; the request is then made again.
        """
        try:
            request = self._http.build_request("GET", url, params=parameters)
        except httpx.InvalidURL:
            raise Refused("has no valid address") from None
        return self._ask(request, check, on_redirect or (lambda address: None))

    def post(self, url: str, form: Mapping[str, str], *, check: Callable[[bytes], object] = bytes) -> Answer:
        """Post a form to an address; raises a `Fault`."""
        return self._ask(self._http.build_request("POST", url, data=dict(form)), check, lambda address: None)

    def _ask(
        self, request: httpx.Request, check: Callable[[bytes], object], on_redirect: Callable[[str], None]
    ) -> Answer:
        fault: Fault = Unavailable("was not asked")
        for attempt in range(self._services.attempts):
            if attempt:
                self._clock.sleep(self._pause(fault, attempt))
            try:
                answer = self._follow(request, on_redirect)
                check(answer.content)
                return answer
            except (Unavailable, Damaged) as error:
                fault = error
        times = f" ({self._services.attempts} attempts)" if self._services.attempts > 1 else ""
        raise type(fault)(f"{fault}{times}")

    def _pause(self, fault: Fault, attempt: int) -> float:
        asked = fault.seconds if isinstance(fault, _Later) else None
        if asked is None:
            return float(min(self._services.first_wait_seconds * 2 ** (attempt - 1), self._services.max_wait_seconds))
        if asked > self._services.max_wait_seconds:
            raise Unavailable(f"{fault} and asks to come back in {asked:.0f} seconds")
        return asked

    def _follow(self, request: httpx.Request, on_redirect: Callable[[str], None]) -> Answer:
        for _ in range(_MAX_REDIRECTS):
            following = self._once(request)
            if isinstance(following, Answer):
                return following
            inside = is_private(str(following.url)) and not self._services.private_redirects
            if inside and following.url.host != request.url.host:
                raise Refused("redirects to a private address; set services.private_redirects where it may")
            request = following
            on_redirect(str(request.url))
        raise Refused(f"redirects more than {_MAX_REDIRECTS} times")

    def _once(self, request: httpx.Request) -> Answer | httpx.Request:
        """Send one request; the next one comes back where the server redirects."""
        if request.url.scheme not in {"http", "https"} or not request.url.host:
            raise Refused("has an address that is neither http nor https")
        self._pace(str(request.url))
        began = self._clock.now()
        cut_off = _CutOff(self._services.max_seconds)
        request.extensions = {**request.extensions, "trace": cut_off.trace}
        try:
            with cut_off:
                response = self._http.send(request, stream=True)
            try:
                if response.next_request is not None:
                    return response.next_request
                if response.status_code >= 300:
                    raise self._turned_down(response)
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > self._max_bytes:
                        raise Refused(f"sends more than the limit of {self._max_bytes:,} bytes; raise max_bytes")
                    if self._clock.now() - began > self._services.max_seconds:
                        raise Unavailable(f"took longer than {self._services.max_seconds:g} seconds for one answer")
            finally:
                response.close()
        except httpx.TimeoutException:
            raise Unavailable(f"was silent for {self._services.timeout_seconds:g} seconds") from None
        except (httpx.RemoteProtocolError, httpx.ReadError, httpx.DecodingError):
            if cut_off.passed:
                raise Unavailable(f"took longer than {self._services.max_seconds:g} seconds for one answer") from None
            raise Unavailable("broke off its answer") from None
        except httpx.TransportError as error:
            raise Unavailable(f"cannot be reached ({_in_words(error)})") from None
        media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Answer(shown(str(response.url)), media_type, bytes(body))

    def _turned_down(self, response: httpx.Response) -> Fault:
        status = response.status_code
        said = f"answered {status} ({httpx.codes.get_reason_phrase(status) or 'unknown status'})"
        if status not in _AGAIN:
            return Refused(said)
        return _Later(said, self._asked_pause(response.headers.get("Retry-After", "")))

    def _asked_pause(self, stated: str) -> float | None:
        """Return the seconds that a `Retry-After` header asks for, as a number or as a date (RFC 9110, 10.2.3)."""
        if re.fullmatch(r"\d{1,9}", stated.strip(), re.ASCII):
            return float(stated)
        try:
            until = email.utils.parsedate_to_datetime(stated)
            return max(0.0, (until - self._clock.utc()).total_seconds())
        except (ValueError, TypeError):
            return None


class _CutOff:
    """Ends a connection whose answer has not begun in time: headers may come byte by byte, each before the timeout."""

    def __init__(self, seconds: float) -> None:
        self.passed = False
        self._socket: socket.socket | None = None
        self._timer = threading.Timer(seconds, self._end)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._timer.cancel()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Take note of the socket of a connection that is made (httpcore's trace extension)."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._socket = info["return_value"].get_extra_info("socket")

    def _end(self) -> None:
        self.passed = True
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)


class _Later(Unavailable):
    """The server asked to come back, in so many seconds if it said when."""

    def __init__(self, said: str, seconds: float | None = None) -> None:
        super().__init__(said)
        self.seconds = seconds


def host(url: str) -> str:
    """Return the host of an address, with its port where one is given, as it is named to users.

    Raises `ValueError` where there is none.
    """
    name = urlsplit(url).netloc.rpartition("@")[2].lower()
    if not name:
        raise ValueError(f"{shown(url)} names no host")
    return name


def _in_words(error: Exception) -> str:
    """Say why a connection failed; what the library says holds no address, and so no key."""
    said = re.sub(r"^\[Errno -?\d+\] ", "", str(error)).strip().rstrip(".")
    return said or type(error).__name__
