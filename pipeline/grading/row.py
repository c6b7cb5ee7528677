"""In: a claim and its appraisal; out: the row of evidence.csv."""

from collections.abc import Sequence

from pipeline.grading.effect import Effect
from pipeline.places import placed
from pipeline.records import AnnotatedDocument, Appraisal, Claim, EvidenceRow, Flag


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
        statistics=tuple(dict.fromkeys(s.text for s in sorted(claim.statistics, key=lambda s: s.start))),
        citations=appraisal.citations,
        evidence_level=appraisal.evidence_level,
        certainty=appraisal.certainty,
        certainty_reasons=appraisal.certainty_reasons,
        flags=tuple(map(Flag, appraisal.flags)),
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
