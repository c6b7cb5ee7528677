"""How far rows and findings of review abstracts agree with the people who annotated them and with their authors.

    python benchmarks/review_agreement.py ../shared/gold/dev.jsonl ../shared/gold/train.jsonl [--model fast]

Over annotated documents of kind review_abstract and plain_summary: of rows for whose result the authors state a
certainty, the share that carries it; of claims that were found, Cohen's kappa (Cohen 1960, Educ Psychol Meas 20:37) of
the direction of the row against the annotated one. Of findings made of one review's rows alone: verdict against the
direction that people annotated for that nutrient and outcome, and certainty against the one that the authors state for
it, each with kappa. What a model learned from is told apart by its file.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pipeline.comparison import compare
from pipeline.config import Settings
from pipeline.evaluation.gold import read_gold
from pipeline.extractor import Extractor
from pipeline.grading.stated import stated_for
from pipeline.vocabulary import direction_of

KINDS = ("review_abstract", "plain_summary")


def kappa(pairs: Sequence[tuple[str, str]]) -> float:
    """Return Cohen's kappa of two raters, 1.0 where they never differ."""
    seen = sum(first == second for first, second in pairs) / len(pairs)
    firsts, seconds = Counter(first for first, _ in pairs), Counter(second for _, second in pairs)
    chance = sum(firsts[word] * seconds[word] for word in firsts) / len(pairs) ** 2
    return 1.0 if chance == 1 else (seen - chance) / (1 - chance)


def agreement(pairs: Sequence[tuple[str, str]]) -> str:
    """Return how many of the pairs are alike, and their kappa, in words."""
    alike = f"{sum(first == second for first, second in pairs)} of {len(pairs)}"
    return f"{alike}, kappa {kappa(pairs):.2f}" if pairs else alike


def main(gold: list[Path], model: Annotated[str, typer.Option()] = "default") -> None:
    """Print the figures for each file."""
    extractor = Extractor.load(Settings(model=model))
    for path in gold:
        stated = carried = 0
        directions: list[tuple[str, str]] = []
        verdicts: list[tuple[str, str]] = []
        certainties: list[tuple[str, str]] = []
        undecided = 0
        documents = [document for document in read_gold(path) if document.kind in KINDS]
        for document in documents:
            annotated, claims = extractor.claims_of(document.document())
            rows = extractor.grade(annotated, claims).rows
            said: dict[str, str] = {}
            annotated_as: dict[str, str] = {}
            for claim, row in zip(claims, rows, strict=True):
                told = stated_for(claim, annotated.sentences, extractor.knowledge.scheme)
                if (
                    told is not None
                    and row.evidence_basis == "own result"
                    and row.factuality in ("Factual", "Probable")
                ):
                    stated += 1
                    carried += row.certainty == told.certainty
                    said[row.claim_id] = told.certainty
            known = {
                (document.sentences[claim.sid][0], claim.nutrient.lower(), claim.condition.lower()): claim.relation
                for claim in document.claims
            }
            for row in rows:
                key = (row.sentence_start, row.nutrient_text.lower(), row.condition_text.lower())
                if key in known:
                    given = direction_of(known[key], row.condition_type)
                    directions.append((given, direction_of(row.relation, row.condition_type)))
                    annotated_as[row.claim_id] = given
            for body in compare(rows):
                given_all = {annotated_as[claim] for claim in body.claim_ids if claim in annotated_as}
                stated_all = {said[claim] for claim in body.claim_ids if claim in said}
                if len(given_all) == 1 and body.verdict not in ("insufficient", "mixed"):
                    verdicts.append((*given_all, body.verdict))
                undecided += len(given_all) == 1 and body.verdict in ("insufficient", "mixed")
                if len(stated_all) == 1:
                    certainties.append((*stated_all, body.certainty))
        print(
            f"{path.name}: {len(documents)} reviews and summaries; certainty as stated in {carried} of {stated} rows; "
            f"direction alike in {agreement(directions)} (claims); verdict alike in {agreement(verdicts)} (findings; "
            f"{undecided} more are mixed or insufficient); certainty of the finding as stated in "
            f"{agreement(certainties)}"
        )


if __name__ == "__main__":
    typer.run(main)
