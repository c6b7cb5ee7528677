"""In: nothing. Out: the columns of every table, declared once; all writers, readers and docs follow them."""

from collections.abc import Iterable
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, Literal, get_args

from pipeline.tables.lists import ListKind
from pipeline.tables.study_rows import DOMAINS, domain_column
from pipeline.vocabulary import (
    CERTAINTIES,
    EXPOSURES,
    FACTUALITIES,
    RELATIONS,
    SOURCE_TYPES,
    STRENGTHS,
    STUDY_DESIGNS,
    ChangeKind,
    ConditionType,
    EvidenceBasis,
    RiskOfBias,
    SourceFormat,
    SourceStatus,
    Verdict,
)

PlainKind = Literal["text", "integer", "number", "boolean"]
CellKind = PlainKind | ListKind


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name (a field of the record), what it means, how its cells read and how wide they are.

    `values` lists what an enumerated column may hold; `decimals` is where a number is rounded; `width` is in
    characters.
    """

    name: str
    meaning: str
    kind: CellKind = "text"
    width: int = 14
    values: tuple[str, ...] = ()
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table: the name of its file, what one row is, and its columns in order."""

    name: str
    row: str
    columns: tuple[Column, ...]

    @property
    def header(self) -> tuple[str, ...]:
        """The column names, in order."""
        return tuple(column.name for column in self.columns)

    def values(self, records: Iterable[object]) -> Iterable[tuple[Any, ...]]:
        """Give each record as the values of the columns, in order."""
        return map(attrgetter(*self.header), records)


EVIDENCE = Table(
    "evidence",
    "one row a claim, ordered by source_id, sentence_start, nutrient_start, condition_start, claim_id",
    (
        Column("claim_id", "16 hex characters that stay the same over runs, machines and better models", width=18),
        Column("source_id", "PMID, PMCID, DOI or path of the source; `path#record` in a file of many", width=24),
        Column("source_title", "title of the source", width=36),
        Column("source_date", "date that the source states, ISO 8601", width=12),
        Column("source_type", "kind of source", width=18, values=SOURCE_TYPES),
        Column("nutrient", "usual name of the nutrient, in lower case", width=18),
        Column("nutrient_id", "identifier of the nutrient (CHEBI, MESH, CDNO ...)", width=14),
        Column("nutrient_text", "the words for it in the sentence", width=18),
        Column("exposure", "which level or use of the nutrient the claim is about", width=16, values=EXPOSURES),
        Column("condition", "usual name of the condition or measure, in lower case", width=22),
        Column("condition_id", "identifier of the condition (MESH, DOID ...)", width=14),
        Column("condition_text", "the words for it in the sentence", width=22),
        Column(
            "condition_type",
            "whether it is a condition or an outcome measure",
            width=12,
            values=get_args(ConditionType),
        ),
        Column("relation", "what the sentence says the exposure does", width=16, values=RELATIONS),
        Column("strength", "causal or correlational wording", width=14, values=STRENGTHS),
        Column("factuality", "how sure the sentence is", width=12, values=FACTUALITIES),
        Column("study_design", "design of the evidence that the sentence rests on", width=20, values=STUDY_DESIGNS),
        Column("evidence_basis", "where that evidence is from", width=18, values=get_args(EvidenceBasis)),
        Column("sample_size", "participants behind this claim", "integer", 10),
        Column("population", "who they are, as stated", "population", width=24),
        Column("effect_measure", "OR, RR, HR, MD, SMD, beta, r, %, count ...", width=10),
        Column("effect_value", "the effect, in that measure", "number", 10),
        Column("ci_low", "lower bound of its interval", "number", 10),
        Column("ci_high", "upper bound of its interval", "number", 10),
        Column("ci_level", "level of the interval, in percent", "number", 8),
        Column("p_value", "p-value with its comparator (`<0.05`)", width=10),
        Column("statistics", "the words that give the numbers, verbatim, joined by `; `", "verbatim", width=30),
        Column("citations", "references that the sentence cites, resolved, joined by `; `", "citations", width=36),
        Column("evidence_level", "1 (best) to 5, Oxford CEBM 2011", "integer", 8),
        Column("certainty", "certainty of the evidence behind the claim, GRADE", width=12, values=CERTAINTIES),
        Column("certainty_reasons", "every step up or down, in words, in order", "list", width=50),
        Column("flags", "what a reviewer should look at, codes joined by `; `", "flags", width=28),
        Column("sentence", "the sentence, verbatim", width=70),
        Column("section", "heading that it stands under", width=20),
        Column("page", "page of a paginated source", "integer", 7),
        Column("sentence_start", "first character of the sentence in the source's text", "integer", 9),
        Column("sentence_end", "where it ends, exclusive", "integer", 9),
        Column("nutrient_start", "first character of nutrient_text", "integer", 9),
        Column("nutrient_end", "where it ends, exclusive", "integer", 9),
        Column("condition_start", "first character of condition_text", "integer", 9),
        Column("condition_end", "where it ends, exclusive", "integer", 9),
        Column("confidence", "0 to 1: of the rows at 0.8, four in five are right", "number", 10, decimals=4),
        Column("model_version", "version of the extractor and of its models", width=18),
        Column(
            "review_status",
            "empty, or what a reviewer said",
            width=12,
            values=("accepted", "rejected", "corrected", "unsure"),
        ),
        Column("reviewer", "who said it", width=14),
        Column("review_note", "and why", width=30),
        Column("reviewed_at", "when, ISO 8601", width=12),
        Column("study_id", "the study that the sentence rests on, as in studies.csv", "list", 18),
        Column("finding_id", "the body of evidence that it belongs to, as in findings.csv", width=14),
        Column(
            "finding_certainty",
            "certainty of that body of evidence; `certainty` is that of this claim's own study alone",
            width=12,
            values=CERTAINTIES,
        ),
    ),
)

REVIEW = ("review_status", "reviewer", "review_note", "reviewed_at")
"""The columns of evidence.csv that are the reviewer's."""

CORRECTABLE = (
    "source_type",
    "nutrient",
    "nutrient_id",
    "exposure",
    "condition",
    "condition_id",
    "condition_type",
    "relation",
    "strength",
    "factuality",
    "study_design",
    "evidence_basis",
    "sample_size",
    "population",
    "effect_measure",
    "effect_value",
    "ci_low",
    "ci_high",
    "ci_level",
    "p_value",
    "evidence_level",
    "certainty",
)
"""The columns of evidence.csv in which another value, put there by a reviewer, is a correction."""

COMPARISON = Table(
    "comparison",
    "one row a nutrient, exposure and condition",
    (
        Column("nutrient", "usual name of the nutrient", width=18),
        Column("nutrient_id", "its identifier", width=14),
        Column("exposure", "which level or use of the nutrient", width=16, values=EXPOSURES),
        Column("condition", "usual name of the condition or measure", width=22),
        Column("condition_id", "its identifier", width=14),
        Column("n_sources", "sources that make a claim about it", "integer", 9),
        Column("n_claims", "claims that they make", "integer", 9),
        Column(
            "n_independent_studies",
            "bodies of evidence behind them; claims that rest on the same cited study count once",
            "integer",
            11,
        ),
        Column("verdict", "what the evidence says on the whole", width=13, values=get_args(Verdict)),
        Column("certainty", "certainty of that verdict", width=12, values=CERTAINTIES),
        Column("certainty_reasons", "every step that led to it, in words", "list", width=50),
        Column("best_evidence_level", "best level among the claims, 1 (best) to 5, Oxford CEBM 2011", "integer", 9),
        Column("sources_harmful", "sources that call it harmful", "integer", 9),
        Column("sources_beneficial", "sources that call it beneficial", "integer", 9),
        Column("sources_no_effect", "sources that find no effect", "integer", 9),
        Column("sources_associated", "sources that see a link without a direction", "integer", 9),
        Column("disagreement", "whether the sources differ", "boolean", 9),
        Column("disagreement_note", "what differs, and between which sources", "list", width=50),
        Column("claim_ids", "the claims, joined by `; `", "list", width=24),
        Column("nutrient_role", "what exposures that point the same way say of the nutrient itself", width=30),
        Column("finding_id", "the body of evidence, as in findings.csv", width=14),
        Column("pooled_measure", "measure in which studies were pooled", width=9),
        Column("pooled_effect", "their mean effect, random effects", "number", 10, decimals=4),
        Column("pooled_ci_low", "lower bound of its 95% interval", "number", 10, decimals=4),
        Column("pooled_ci_high", "upper bound of its 95% interval", "number", 10, decimals=4),
        Column("pooled_studies", "studies that were pooled", "integer", 9),
        Column("i2", "share of the spread that is between studies, in percent", "number", 8, decimals=1),
        Column("prediction_low", "lower bound of the effect to expect in another study", "number", 10, decimals=4),
        Column("prediction_high", "upper bound of it", "number", 10, decimals=4),
        Column("n_participants", "participants of the studies that decide", "integer", 10),
        Column(
            "told",
            "what sources without a study that can be traced say",
            width=13,
            values=("harmful", "beneficial", "no effect", "mixed"),
        ),
        Column("told_gap", "whether that is another thing than the verdict", "boolean", 9),
    ),
)

FINDINGS = Table(
    "findings",
    "the summary of findings: one row a nutrient, exposure and outcome, as GRADE lays it out",
    (
        Column("finding_id", "stable identifier: a hash of nutrient, exposure and condition", width=14),
        Column("nutrient", "usual name of the nutrient", width=18),
        Column("nutrient_id", "its identifier", width=14),
        Column("exposure", "which level or use of the nutrient", width=16, values=EXPOSURES),
        Column("condition", "the outcome", width=22),
        Column("condition_id", "its identifier", width=14),
        Column("n_studies", "independent studies", "integer", 9),
        Column("n_participants", "participants of the studies that decide", "integer", 10),
        Column("designs", "designs of the studies that decide, with their counts", "list", width=24),
        Column("effect", "relative effect with its interval, or the directions of effect", width=44),
        Column(
            "effect_absolute", "difference per 1,000 people, where a study states the risk of its comparison", width=34
        ),
        Column("certainty", "certainty of the body of evidence, GRADE", width=12, values=CERTAINTIES),
        Column("risk_of_bias", "judgement and reason", width=30),
        Column("inconsistency", "judgement and reason", width=30),
        Column("indirectness", "judgement and reason", width=30),
        Column("imprecision", "judgement and reason", width=30),
        Column("publication_bias", "judgement and reason", width=30),
        Column("upgraded", "what raised it, of observational evidence", width=24),
        Column("statement", "one plain sentence in GRADE's wording", width=50),
        Column("told", "what sources without a study that can be traced say", width=13),
        Column("study_ids", "the studies, as in studies.csv", "list", width=24),
        Column("claim_ids", "the claims, as in evidence.csv", "list", width=24),
        Column("overrides", "what a reviewer decided", "list", width=24),
        Column("verdict", "what the evidence says on the whole", width=13, values=get_args(Verdict)),
        Column("told_gap", "whether `told` is another thing than the verdict", "boolean", 9),
        Column("reasons", "every step that led to verdict and certainty, in words", "list", width=50),
    ),
)

STUDIES = Table(
    "studies",
    "one row a study, however many sources report or cite it",
    (
        Column("study_id", "PMID, PMCID, DOI or registry number, else a hash of title and year", width=18),
        Column("pmid", "PubMed identifier", width=11),
        Column("pmcid", "PubMed Central identifier", width=12),
        Column("doi", "digital object identifier", width=20),
        Column("registry_id", "number in a registry of trials", width=16),
        Column("url", "where it can be looked up", width=30),
        Column("title", "its title", width=40),
        Column("year", "year of publication", width=7),
        Column("first_author", "first author", width=16),
        Column(
            "status",
            "what became of it",
            width=14,
            values=("retracted", "withdrawn", "expression of concern", "preprint"),
        ),
        Column("study_design", "its design", width=18, values=STUDY_DESIGNS),
        Column("sample_size", "participants", "integer", 10),
        Column("population", "who they are", width=24),
        *(Column(domain_column(domain), f"{domain}: judgement, with the quote", width=24) for domain in DOMAINS),
        Column("risk_of_bias", "risk of bias on the whole", width=14, values=get_args(RiskOfBias)),
        Column("funding", "the words on funding and interests", width=24),
        Column("own_sources", "sources that report it as their own", "list", width=24),
        Column("citing_sources", "sources that cite it", "list", width=24),
        Column("included_in", "reviews (study_id) that pool it", "list", width=20),
        Column("overrides", "what a reviewer decided", "list", width=24),
    ),
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

TABLES: tuple[Table, ...] = (EVIDENCE, COMPARISON, FINDINGS, STUDIES, SOURCES, DECISIONS, CHANGES)


def markdown(table: Table) -> str:
    """Return the columns of a table as a Markdown table, for the documentation."""
    lines = ["| column | meaning |", "|---|---|"]
    for column in table.columns:
        allowed = f": {', '.join(column.values)}" if column.values else ""
        lines.append(f"| `{column.name}` | {column.meaning}{allowed} |")
    return "\n".join(lines) + "\n"
