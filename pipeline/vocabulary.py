"""In: nothing. Out: the closed sets that records and tables hold, each defined once, and the rules that rest on them.

>>> direction_of("worsens", "condition"), words_for("worsens"), concept_key("Zinc", "")
('harmful', 'worsens', 'Zinc')
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol, TypeVar, get_args

SourceFormat = Literal[
    "text",
    "html",
    "pdf",
    "docx",
    "epub",
    "mhtml",
    "zip",
    "jats",
    "medline",
    "bioc-xml",
    "bioc-json",
    "csv",
    "xlsx",
    "jsonl",
    "ris",
    "nbib",
    "isi",
    "enw",
    "cochrane",
    "endnote-xml",
    "bibtex",
    "unknown",
]
SourceType = Literal[
    "research article",
    "review",
    "guideline",
    "consumer health page",
    "AI-generated summary",
    "abstract",
    "other",
]
BlockKind = Literal["title", "heading", "paragraph", "list item", "caption", "table"]
TablePart = Literal["caption", "group", "stub", "header", "cell"]
SectionRole = Literal[
    "title",
    "abstract",
    "background",
    "aim",
    "methods",
    "results",
    "discussion",
    "conclusion",
    "body",
    "references",
]
MentionKind = Literal["nutrient", "condition", "measure"]
ConditionType = Literal["condition", "measure"]
HealthyDirection = Literal["higher", "lower", "unclear"]
Exposure = Literal["deficiency", "supplementation", "intake", "status", "excess", "unspecified"]
Relation = Literal["increases_risk", "decreases_risk", "improves", "worsens", "associated", "no_effect", "affected_by"]
Strength = Literal["causal", "correlational", "na"]
Factuality = Literal["Factual", "Probable", "Possible", "Doubtful", "Unknown"]
StudyDesign = Literal[
    "meta-analysis",
    "systematic review",
    "rct",
    "non-randomised trial",
    "cohort",
    "case-control",
    "cross-sectional",
    "case report",
    "narrative review",
    "guideline",
    "animal",
    "in vitro",
    "consumer health page",
    "other",
    "unclear",
]
TRIALS: tuple[StudyDesign, ...] = ("rct", "non-randomised trial")
EvidenceBasis = Literal["own result", "cited study", "cited guideline", "uncited statement"]
Certainty = Literal["High", "Moderate", "Low", "Very low"]
Direction = Literal["harmful", "beneficial", "no effect", "associated", "raises", "lowers", "reverse"]
"""What a claim says of its exposure: a measure whose good direction is not known is raised or lowered, `associated`
gives no direction, `reverse` says that the condition affects the nutrient."""
Verdict = Literal["harmful", "beneficial", "no effect", "raises", "lowers", "mixed", "insufficient"]
StatisticKind = Literal[
    "effect", "interval", "p-value", "percentage", "count", "mean", "sample size", "dose", "duration"
]
FlagCode = Literal[
    "effect-direction-mismatch",
    "ci-p-mismatch",
    "estimate-outside-ci",
    "percent-count-mismatch",
    "significance-mismatch",
    "overclaiming",
    "cited-number-differs",
    "citation-without-entry",
    "citation-unresolved",
    "small-sample",
    "hedged",
    "question",
    "uncited",
    "secondary-source",
    "unreviewed-source",
    "retracted-source",
    "animal-or-in-vitro",
    "anaphora-resolved",
    "impossible-value",
    "direction-disputed",
    "asymmetric-interval",
    "relative-risk-mismatch",
    "group-total-mismatch",
    "words-numbers-mismatch",
    "spin",
    "subgroup-result",
    "surrogate-outcome",
    "certainty-as-stated",
    "not-judged",
    "preprint",
    "expression-of-concern",
    "rests-on-retracted",
    "stale",
    "stale-decision",
    "review-not-understood",
    "truncated",
]
"""What a reviewer of a row should look at; the scheme's `flags.toml` says in a sentence what each means."""
QualityFlag = Literal[
    "pending review notice",
    "AI-generated notice",
    "retraction notice",
    "expression of concern",
    "withdrawn notice",
    "preprint notice",
    "sponsored notice",
    "truncated",
    "pages not read",
    "main text uncertain",
    "damaged record",
    "deleted record",
    "article not in English",
    "text in another language",
    "no text",
    "no title",
    "no date",
    "no abstract",
    "no references",
    "citations without entry",
    "reference list incomplete",
]
"""What a reviewer should know of a source."""
RiskOfBias = Literal["low", "some concerns", "high", "no information"]
BiasDomain = Literal[
    "randomisation",
    "allocation concealment",
    "blinding of participants",
    "blinding of assessors",
    "attrition",
    "selective reporting",
    "early stopping",
    "confounding",
    "exposure measurement",
    "selection",
    "review methods",
    "risk of bias in the studies",
    "funding and interests",
]
"""What is judged of a study: RoB 2 for trials, ROBINS-E for observational studies, AMSTAR 2 for reviews."""
GradeDomain = Literal["risk_of_bias", "inconsistency", "indirectness", "imprecision", "publication_bias", "upgraded"]
"""What moves the certainty of a body of evidence (GRADE guidelines 3 to 9)."""
GRADE_STEPS: Mapping[str, int] = {"not serious": 0, "serious": -1, "very serious": -2}
RAISED_STEPS: Mapping[str, int] = {"not raised": 0, "up 1": 1, "up 2": 2}
PublicationStatus = Literal["", "retracted", "withdrawn", "expression of concern", "preprint"]
SourceStatus = Literal["processed", "unchanged", "empty", "failed", "skipped"]
ChangeKind = Literal["verdict moved", "source failed", "claim new", "claim changed", "claim gone"]
FlowStage = Literal[
    "found by the search",
    "not fetched",
    "identified",
    "duplicate removed",
    "set aside",
    "not read",
    "no article text",
    "read",
    "no claim found",
    "with claims",
    "studies",
    "findings",
]
"""Where a record stands, or fell out, in the flow of a review, from above."""
FigureKind = Literal["flow", "evidence matrix", "certainty by source", "forest plot"]

SOURCE_TYPES: tuple[SourceType, ...] = get_args(SourceType)
EXPOSURES: tuple[Exposure, ...] = get_args(Exposure)
RELATIONS: tuple[Relation, ...] = get_args(Relation)
STRENGTHS: tuple[Strength, ...] = get_args(Strength)
FACTUALITIES: tuple[Factuality, ...] = get_args(Factuality)
STUDY_DESIGNS: tuple[StudyDesign, ...] = get_args(StudyDesign)
CERTAINTIES: tuple[Certainty, ...] = get_args(Certainty)
HEALTHY_DIRECTIONS: tuple[HealthyDirection, ...] = get_args(HealthyDirection)
FLAG_CODES: tuple[FlagCode, ...] = get_args(FlagCode)
QUALITY_FLAGS: tuple[QualityFlag, ...] = get_args(QualityFlag)
SIDES: tuple[Literal["harmful", "beneficial", "no effect"], ...] = ("harmful", "beneficial", "no effect")
"""The directions that can make a verdict."""

MOST_CLAIMS_PER_SENTENCE = 12
"""Claims that one sentence may make; a list of ten nutrients and ten diseases states no hundred claims."""

Member = TypeVar("Member", bound=str)

_DIRECTIONS: Mapping[Relation, Direction] = {
    "increases_risk": "harmful",
    "worsens": "harmful",
    "decreases_risk": "beneficial",
    "improves": "beneficial",
    "no_effect": "no effect",
    "associated": "associated",
    "affected_by": "reverse",
}
_MEASURE_DIRECTIONS: Mapping[Relation, Direction] = {"increases_risk": "raises", "decreases_risk": "lowers"}
_WORDS: Mapping[Relation, str] = {
    "increases_risk": "increases the risk of",
    "decreases_risk": "decreases the risk of",
    "improves": "improves",
    "worsens": "worsens",
    "associated": "is associated with",
    "no_effect": "has no effect on",
    "affected_by": "is affected by",
}


QUESTION = "asks whether"
"""What stands before the words of a claim that asserts nothing (factuality Unknown): an aim, a title, a question."""


class Said(Protocol):
    """What a claim says: a row of a table."""

    @property
    def nutrient(self) -> str:
        """The usual name of the nutrient."""

    @property
    def exposure(self) -> Exposure:
        """Which level or use of it."""

    @property
    def condition(self) -> str:
        """The usual name of the condition."""

    @property
    def relation(self) -> Relation:
        """What the one is said to do to the other."""

    @property
    def factuality(self) -> Factuality:
        """How sure the sentence is."""


class Pair(Protocol):
    """What names a nutrient and a condition: a row of a table, a comparison."""

    @property
    def nutrient(self) -> str:
        """Its usual name."""

    @property
    def nutrient_id(self) -> str:
        """Its identifier, "" where it has none."""

    @property
    def condition(self) -> str:
        """Its usual name."""

    @property
    def condition_id(self) -> str:
        """Its identifier, "" where it has none."""


def direction_of(relation: Relation, condition_type: ConditionType) -> Direction:
    """Return what a relation to a condition, or to an outcome measure, says of the exposure."""
    if condition_type == "measure":
        return _MEASURE_DIRECTIONS.get(relation, _DIRECTIONS[relation])
    return _DIRECTIONS[relation]


def words_for(relation: Relation) -> str:
    """Return the words for a relation between an exposure and a condition, where a person reads it."""
    return _WORDS[relation]


def in_words(claim: Said) -> str:
    """Return what a claim says as one phrase; one that asserts nothing is worded as the question that it is.

    `iron (supplementation) improves fatigue`, or `asks whether iron (supplementation) improves fatigue`.
    """
    said = f"{claim.nutrient} ({claim.exposure}) {words_for(claim.relation)} {claim.condition}"
    return f"{QUESTION} {said}" if claim.factuality == "Unknown" else said


def concept_key(name: str, identifier: str) -> str:
    """Return what tells a nutrient or a condition from others: its identifier, else its name."""
    return identifier or name


def pair_key(pair: Pair) -> tuple[str, str]:
    """Return what tells a nutrient and a condition from other pairs."""
    return concept_key(pair.nutrient, pair.nutrient_id), concept_key(pair.condition, pair.condition_id)


def one_of(value: str, allowed: Sequence[Member]) -> Member:
    """Return a word of a closed set, as such. Raises `ValueError` with one sentence that names the set's words."""
    found = next((member for member in allowed if member == value), None)
    if found is None:
        raise ValueError(f'"{value}" is not one of {", ".join(allowed)}.')
    return found
