"""Every error that a user can mend: one tree. Each message is one sentence that says what was wrong and what to do.

    ProvenderError       it could not be done (exit status 1)
        RunError         a run that cannot go on: a full disk, a model that is missing
        StoreError       an output folder that cannot be used
            LedgerError  the ledger of an output folder, likewise
        FetchError       a service or a page that could not be reached
        ServerError      Prefect's server did not start, or could not keep a record
        SettingsError    a configuration that cannot be used
        KnowledgeError   a table of knowledge (lexicon, grading scheme, rules of comparison) or a model's name
            LexiconError a lexicon table
        UsageError       something that was given is wrong (exit status 2)
            SourceError     a source that is missing or cannot be read
                ArticleError    one of a kind that holds no article: a picture, a style, a script
            WordError       a word on the command line: a date, a schedule, a query
            RefusedError    a decision at the desk that cannot be taken
            TableError      a table that a run wrote, changed beyond what can be read
                SheetError  the same, as a sheet that people worked on

Anything else that reaches the user is a fault of the program: `provender` leaves with the status `FAULT` and says where
the trace is.
"""

FAULT = 70
"""Exit status of a fault of the program itself (EX_SOFTWARE of sysexits.h)."""


class ProvenderError(Exception):
    """What a user can mend; the message is one sentence saying what to do, `status` the exit status of a command."""

    status = 1


class RunError(ProvenderError):
    """A run that cannot go on."""


class StoreError(ProvenderError):
    """An output folder that cannot be used."""


class LedgerError(StoreError):
    """A ledger of decisions that cannot be used."""


class FetchError(ProvenderError):
    """Articles that cannot be fetched."""


class ServerError(ProvenderError):
    """No Prefect server could be started, or it failed."""


class SettingsError(ProvenderError, ValueError):
    """A configuration that cannot be used."""


class UsageError(ProvenderError):
    """Something that was given is wrong."""

    status = 2


class SourceError(UsageError):
    """A source that cannot be read."""


class ArticleError(SourceError):
    """A file of a kind that holds no article; in an archive it is passed over."""


class WordError(UsageError, ValueError):
    """A word on the command line that cannot be used: a date, a schedule, a query."""


class KnowledgeError(ProvenderError, ValueError):
    """A table of knowledge or a model that cannot be used."""


class LexiconError(KnowledgeError):
    """A lexicon table that cannot be used."""


class RefusedError(UsageError):
    """Something that cannot be decided."""


class TableError(UsageError, ValueError):
    """A table that cannot be read."""


class SheetError(TableError):
    """A table that people have worked on and that cannot be read."""
