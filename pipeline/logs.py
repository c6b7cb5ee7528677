"""Out: how programs that speak to people log: lines that begin with the time, and parsers that hold back.

Importing the package touches no logger.
"""

import logging
from datetime import datetime

PARSERS = ("trafilatura", "htmldate", "bibtexparser")
"""They log what they make of damaged pages and records, which the tables tell in a sentence."""


def hold_back_parsers() -> None:
    """Let no parser write to the terminal; to be called by a program, once."""
    for name in PARSERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)


def now() -> str:
    """Return the time as lines of a log begin with it: ISO 8601, in the zone of this machine."""
    return datetime.now().astimezone().isoformat(timespec="seconds")
