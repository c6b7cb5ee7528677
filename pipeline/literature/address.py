"""In: a web address; out: what may be shown of it, and whether it is one of this machine or network."""

import ipaddress
import re
import socket
from urllib.parse import urlsplit

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
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
    return any(not _meant(str(address).partition("%")[0]).is_global for address in found)


def _meant(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Return the address that is reached in the end: that of version 4 within one of version 6 (RFC 4291, 3056, 6052).

    >>> str(_meant("64:ff9b::7f00:1")), str(_meant("2002:7f00:1::")), str(_meant("::ffff:10.0.0.1"))
    ('127.0.0.1', '127.0.0.1', '10.0.0.1')
    """
    given = ipaddress.ip_address(address)
    if given.version == 4:
        return given
    if given in _NAT64:
        return ipaddress.IPv4Address(int(given) & 0xFFFFFFFF)
    return given.ipv4_mapped or given.sixtofour or (given.teredo[1] if given.teredo else None) or given
