"""In: studies. Out: their rows for studies.csv, in which each domain of bias has a column of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import fields
from types import SimpleNamespace
from typing import get_args

from pipeline.records import Study
from pipeline.vocabulary import BiasDomain

DOMAINS: tuple[BiasDomain, ...] = get_args(BiasDomain)
_PLAIN = tuple(field.name for field in fields(Study) if field.name != "judgements")


def domain_column(domain: BiasDomain) -> str:
    """Return the name of the column of a domain of bias."""
    return domain.replace(" ", "_")


def study_rows(studies: Iterable[Study]) -> Iterator[SimpleNamespace]:
    """Yield a row for each study; the cell of a domain is `judgement; "quote"`, empty where it was not judged."""
    for study in studies:
        judged = {judgement.domain: judgement for judgement in study.judgements}
        cells = {
            domain_column(domain): f'{judged[domain].judgement}; "{judged[domain].quote}"'
            if domain in judged and judged[domain].quote
            else ""
            for domain in DOMAINS
        }
        yield SimpleNamespace(**{name: getattr(study, name) for name in _PLAIN}, **cells)
