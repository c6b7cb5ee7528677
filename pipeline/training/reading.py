"""Out: the reader of the bundled lexicons, which everything that learns from texts shares."""

from pipeline.language import Reader
from pipeline.lexicons import load_lexicon

READER = Reader(load_lexicon())
