"""In: settings that may name tables. Out: all that the tables say, loaded once: lexicons, grading scheme, comparison.

One frozen object is made at the start and passed in; nothing reads a table behind its back. What it was made of gives
the fingerprints that say which results still hold: those of the lexicons, and those of the grading scheme.
"""

import hashlib
import json
from dataclasses import dataclass

from pipeline.comparison import ComparisonRules, load_rules
from pipeline.config import Settings
from pipeline.grading import Scheme, load_scheme, scheme_tables
from pipeline.grading.schemes import COMPARISON
from pipeline.lexicons import Lexicon, lexicon_version, load_lexicon


@dataclass(frozen=True, slots=True)
class Knowledge:
    """What reading, grading and comparing go by."""

    lexicon: Lexicon
    scheme: Scheme
    comparison: ComparisonRules


def load_knowledge(settings: Settings) -> Knowledge:
    """Load every table that the settings name, and the bundled ones for the rest.

    Raises `ValueError` with one sentence naming the table and the entry that is wrong.
    """
    return Knowledge(load_lexicon(settings.lexicons), load_scheme(settings.scheme), comparison_of(settings))


def comparison_of(settings: Settings) -> ComparisonRules:
    """Load the rules of the comparison alone. Raises `ValueError` as `load_knowledge`."""
    return load_rules(settings.scheme)


def lexicon_fingerprint(settings: Settings) -> str:
    """Return what changes with any table that decides which claims are found."""
    return lexicon_version(settings.lexicons)


def grading_fingerprint(settings: Settings) -> str:
    """Return what changes with any table that decides how claims are graded; the comparison has no part in it."""
    tables = {name: table for name, table in scheme_tables(settings.scheme).items() if name != COMPARISON}
    return hashlib.sha256(json.dumps(tables, sort_keys=True).encode()).hexdigest()[:16]
