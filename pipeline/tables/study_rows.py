"""In: studies. Out: their rows for studies.csv, in which each domain of bias has a column of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from types import SimpleNamespace
from typing import get_args

from pipeline.records import Study
from pipeline.vocabulary import BiasDomain

DOMAINS: tuple[BiasDomain, ...] = get_args(BiasDomain)


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
        yield SimpleNamespace(**{name: value for name, value in asdict(study).items() if name != "judgements"}, **cells)
