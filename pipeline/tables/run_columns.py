"""In: nothing. Out: the columns of the tables that tell of a run itself: inputs, changes, searches, decisions."""

from dataclasses import replace
from typing import get_args

from pipeline.tables.column import Column, Table
from pipeline.vocabulary import (
    EXPOSURES,
    SOURCE_TYPES,
    STUDY_DESIGNS,
    ChangeKind,
    FlowStage,
    SourceFormat,
    SourceStatus,
)

SOURCES = Table(
    "sources",
    "one row an input, none missing",
    (
        Column("source_id", "as in evidence.csv", width=26),
        Column("path", "path of the file", width=36),
        Column("format", "format that its content showed", width=11, values=get_args(SourceFormat)),
        Column("sha256", "hash of its bytes", width=20),
        Column("bytes", "its size", "integer", 10),
        Column(
            "status",
            "what became of it; `unchanged`: as in the last finished run, nothing was read again",
            width=11,
            values=get_args(SourceStatus),
        ),
        Column("reason", "for a failure: what was wrong and what to do", width=50),
        Column("title", "its title", width=36),
        Column("date", "date that it states, ISO 8601", width=12),
        Column("source_type", "kind of source", width=18, values=SOURCE_TYPES),
        Column(
            "study_design",
            "its study design; empty where it makes no claim",
            width=18,
            values=STUDY_DESIGNS,
        ),
        Column("sample_size", "participants of the study; empty where it makes no claim", "integer", 10),
        Column("n_sentences", "sentences of the article", "integer", 10),
        Column("n_claims", "claims found in them", "integer", 9),
        Column("quality_flags", "what a reviewer should know of the source, joined by `; `", "quality flags", width=36),
        Column("seconds", "time that reading it took, in the run that read it", "number", 9, decimals=3),
    ),
)

CHANGES = Table(
    "changes",
    "one row a difference from the last finished run into this folder; a first run has none",
    (
        Column("change", "what happened", width=14, values=get_args(ChangeKind)),
        Column("source_id", "the source, as in evidence.csv", width=24),
        Column("claim_id", "the claim, as in evidence.csv", width=18),
        Column("nutrient", "usual name of the nutrient", width=18),
        Column("exposure", "which level or use of the nutrient", width=16, values=EXPOSURES),
        Column("condition", "usual name of the condition or measure", width=22),
        Column("columns", "the columns that differ, joined by `; `", "list", width=24),
        Column(
            "before",
            "what they said, joined by ` | `; of a claim that is gone its relation and certainty; of a source that "
            "failed before for another reason, that reason",
            "values",
            36,
        ),
        Column(
            "after",
            "what they say now; of a new claim its relation and certainty; of a source that failed the reason",
            "values",
            36,
        ),
        Column("sentence", "the claim's sentence, verbatim", width=70),
    ),
)

HISTORY = Table(
    "history",
    "all changes of all runs, oldest first; one row a difference, as in changes.csv",
    (
        Column("run_at", "when the run ended, ISO 8601", width=20),
        Column("version", "the version that made it", width=18),
        *(replace(column, kind="text") for column in CHANGES.columns),
    ),
)

SEARCHES = Table(
    "searches",
    "one row a search, each time that it was run, as PRISMA-S asks; files that nobody searched for have none",
    (
        Column("database", "what was searched", width=14),
        Column("address", "its address", width=36),
        Column("query", "the strategy as it was given", width=50),
        Column("as_run", "the strategy as the service ran it", width=70),
        Column("limits", "limits, in words", width=30),
        Column("began", "when it began, ISO 8601", width=22),
        Column("ended", "when it ended, ISO 8601; empty where it was interrupted", width=22),
        Column("found", "records that the service found", "integer", 10),
        Column("fetched", "records that were fetched then", "integer", 10),
        Column("already_there", "records that an earlier search had brought", "integer", 10),
        Column("failed", "records that could not be fetched", "integer", 10),
        Column("folder", "folder that they were fetched into", width=20),
    ),
)

PRISMA = Table(
    "prisma",
    "the flow of an update after PRISMA 2020: one row an origin (a database, web pages, files), stage and reason",
    (
        Column("origin", "where the records are from; `all` where each counts once wherever it is from", width=14),
        Column("stage", "where they stand, or fell out", width=22, values=get_args(FlowStage)),
        Column("reason", "why they fell out", width=60),
        Column("previous", "how many in the run before", "integer", 10),
        Column("new", "how many of those now were not there then", "integer", 10),
        Column("total", "how many now", "integer", 10),
    ),
)

DECISIONS = Table(
    "decisions",
    "one row a claim that a reviewer has decided on: first what needs a look, then the others as in evidence.csv",
    (
        Column(
            "state",
            "`in force`; `stale`: the claim has changed, and the decision stands beside the one that took its place; "
            "`gone`: no claim took its place; `not understood`: the ledger keeps what was typed",
            width=14,
            values=("not understood", "gone", "stale", "in force"),
        ),
        Column("claim_id", "the claim that was decided on", width=18),
        Column("claim_id_now", "the claim in evidence.csv that the decision stands beside", width=18),
        Column("source_id", "the source, as in evidence.csv", width=24),
        Column("sentence", "the sentence as it stood", width=70),
        Column("review_status", "what the reviewer said", width=12),
        Column("corrections", "columns and the values put into them, joined by ` | `", width=36),
        Column("reviewer", "who said it", width=14),
        Column("review_note", "and why", width=30),
        Column("reviewed_at", "when, ISO 8601", width=12),
        Column("model_version", "the version whose row was decided on", width=18),
        Column("reason", "why it is not in force as it was made", width=50),
    ),
)
