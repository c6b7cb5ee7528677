"""A study: what one source reports of it, and what all sources together do."""

from dataclasses import dataclass

from pipeline.records.document import Reference
from pipeline.vocabulary import BiasDomain, PublicationStatus, RiskOfBias, StudyDesign


@dataclass(frozen=True, slots=True)
class BiasJudgement:
    """How a study guards against one bias: `quote` are the words that say so, `start` and `end` their place.

    The offsets are in the text of the source that was read; a domain without a word is "no information".
    """

    domain: BiasDomain
    judgement: RiskOfBias
    quote: str = ""
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyFacts:
    """What can be known of a study, whether one source says it or all do; what is not known is "" or None."""

    pmid: str = ""
    pmcid: str = ""
    doi: str = ""
    title: str = ""
    year: str = ""
    first_author: str = ""
    status: PublicationStatus = ""
    study_design: StudyDesign = "unclear"
    sample_size: int | None = None
    population: str = ""
    judgements: tuple[BiasJudgement, ...] = ()
    risk_of_bias: RiskOfBias = "no information"
    funding: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StudyReport(StudyFacts):
    """What one source tells of one study: its own, or one that it cites under `label` ("" for its own).

    `registry_ids` are numbers of trial registries, `locator` where it stands in a journal, as one word; `included` are
    the references that a review pools.
    """

    source_id: str
    label: str = ""
    registry_ids: tuple[str, ...] = ()
    locator: str = ""
    included: tuple[Reference, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Study(StudyFacts):
    """One study, as all sources together tell of it; its fields are columns of studies.csv.

    `own_sources` report it as their own, `citing_sources` cite it, `included_in` are the reviews (study_id) that pool
    it; `overrides` tell what a reviewer decided of it.
    """

    study_id: str
    registry_id: str = ""
    url: str = ""
    own_sources: tuple[str, ...] = ()
    citing_sources: tuple[str, ...] = ()
    included_in: tuple[str, ...] = ()
    overrides: tuple[str, ...] = ()
