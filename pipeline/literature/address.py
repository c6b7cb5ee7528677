"""In: a web address; out: what may be shown of it, and whether it is one of this machine or network."""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

_SECRET = re.compile(r"(?<=://)[^/?#\s]*@")


def shown(text: str) -> str:
    """Return an address, or a sentence with addresses in it, without the names and passwords before the hosts.

    >>> shown("https://ann:secret@example.org/page")
    'https://example.org/page'
    """
    return _SECRET.sub("", text)


def is_private(url: str) -> bool:
    """Tell whether the host of an address is this machine, or one of its own network, as names are resolved now."""
    host = urlsplit(url).hostname or ""
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(host, None)}
    except (OSError, UnicodeError):
        return False  # a host that cannot be found cannot be reached either
    return any(not ipaddress.ip_address(str(address).partition("%")[0]).is_global for address in found)
