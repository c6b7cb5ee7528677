"""In: claims found in running text; out: the same with offsets in the text of the source.

Language and claims read a document in running text (`pipeline.language.flow`); what leaves the package points into the
source as it is.
"""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import replace
from operator import itemgetter

from pipeline.records import AnnotatedDocument, Claim, Mention

Places = tuple[tuple[int, int], ...]


def placed(annotated: AnnotatedDocument, claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """Return claims with all offsets in the text of the source; their words stay those of the running text."""
    if not annotated.places:
        return tuple(claims)
    return tuple(_placed(claim, annotated.places) for claim in claims)


def in_source(offset: int, places: Places) -> int:
    """Return where a character of the running text stands in the text of the source."""
    at = bisect_right(places, offset, key=itemgetter(0)) - 1
    return offset - places[at][0] + places[at][1] if at >= 0 else offset


def _placed(claim: Claim, places: Places) -> Claim:
    def there(mention: Mention) -> Mention:
        return replace(mention, start=in_source(mention.start, places), end=in_source(mention.end, places))

    sentence = claim.sentence
    return replace(
        claim,
        sentence=replace(
            sentence,
            start=in_source(sentence.start, places),
            end=in_source(sentence.end, places),
            mentions=tuple(map(there, sentence.mentions)),
        ),
        nutrient=there(claim.nutrient),
        condition=there(claim.condition),
        statistics=tuple(
            replace(s, start=in_source(s.start, places), end=in_source(s.end, places)) for s in claim.statistics
        ),
    )
