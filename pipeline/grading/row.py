"""A claim and its appraisal come in; the row of evidence.csv goes out."""

import re
from collections.abc import Sequence

from pipeline.grading.effect import Effect
from pipeline.places import placed
from pipeline.records import AnnotatedDocument, Appraisal, Claim, EvidenceRow, Reference

_LONGEST_REFERENCE = 200


def evidence_row(
    annotated: AnnotatedDocument, claim: Claim, appraisal: Appraisal, effects: Sequence[Effect], model_version: str = ""
) -> EvidenceRow:
    """Return the row of one claim; the statistic columns hold the first of its effects.

    The sentence is the source's own, with its line breaks, and all offsets are the source's.
    """
    document = annotated.source or annotated.document
    [claim] = placed(annotated, [claim])
    effect = effects[0] if effects else Effect()
    sentence = claim.sentence
    return EvidenceRow(
        claim_id=claim.claim_id,
        source_id=document.source_id,
        source_title=document.title,
        source_date=document.date,
        source_type=document.source_type,
        nutrient=claim.nutrient.name,
        nutrient_id=claim.nutrient.identifier,
        nutrient_text=claim.nutrient.text,
        exposure=claim.exposure,
        condition=claim.condition.name,
        condition_id=claim.condition.identifier,
        condition_text=claim.condition.text,
        condition_type="measure" if claim.condition.kind == "measure" else "condition",
        relation=claim.relation,
        strength=claim.strength,
        factuality=claim.factuality,
        study_design=appraisal.study_design,
        evidence_basis=appraisal.evidence_basis,
        sample_size=appraisal.sample_size,
        population=appraisal.population,
        effect_measure=effect.measure,
        effect_value=effect.value,
        ci_low=effect.low,
        ci_high=effect.high,
        ci_level=effect.level,
        p_value=effect.p_value,
        statistics="; ".join(dict.fromkeys(s.text for s in sorted(claim.statistics, key=lambda s: s.start))),
        citations="; ".join(appraisal.citations),
        evidence_level=appraisal.evidence_level,
        certainty=appraisal.certainty,
        certainty_reasons="; ".join(reason.replace(";", ",") for reason in appraisal.certainty_reasons),
        flags="; ".join(appraisal.flags),
        sentence=document.text[sentence.start : sentence.end] if annotated.places else sentence.text,
        section=sentence.section,
        page=sentence.page,
        sentence_start=sentence.start,
        sentence_end=sentence.end,
        nutrient_start=claim.nutrient.start,
        nutrient_end=claim.nutrient.end,
        condition_start=claim.condition.start,
        condition_end=claim.condition.end,
        confidence=claim.confidence,
        model_version=model_version,
    )


def citation_cell(label: str, reference: Reference | None) -> str:
    """Return a citation as the table shows it: `2: Title (2022) PMID:1`, or the label alone.

    The comparison recognises the same study cited by two sources by these identifiers, or title and year.
    """
    if reference is None:
        return label
    text = " ".join((reference.title or reference.text).split()).replace(";", ",")
    if len(text) > _LONGEST_REFERENCE:
        text = text[:_LONGEST_REFERENCE].rsplit(" ", 1)[0] + " ..."
    year = f" ({reference.year})" if reference.year and not re.search(rf"\b{reference.year}\b", text) else ""
    known = {name.lower(): value for name, value in reference.identifiers.items()}
    marks = [f"{shown}:{known[name]}" for name, shown in _IDENTIFIERS.items() if known.get(name)]
    return f"{label}: {text}{year} {' '.join(marks)}".strip()


_IDENTIFIERS = {"pmid": "PMID", "pmcid": "PMCID", "doi": "doi"}
