"""Out: the loggers of parsers held back, for programs that speak to people; importing the package touches none."""

import logging

PARSERS = ("trafilatura", "htmldate", "bibtexparser")
"""They log what they make of damaged pages and records, which the tables tell in a sentence."""


def hold_back_parsers() -> None:
    """Let no parser write to the terminal; to be called by a program, once."""
    for name in PARSERS:
        logging.getLogger(name).setLevel(logging.CRITICAL)
