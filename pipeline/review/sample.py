"""In: the rows of a table. Out: some of them to review, each kind in its share; from the same table the same rows."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from pipeline.records import EvidenceRow


def sample(rows: Iterable[EvidenceRow], n: int) -> list[EvidenceRow]:
    """Return about `n` rows that nobody has reviewed, stratified by relation and certainty, in the order of the table.

    Each stratum gives its share, by largest remainders, and the rows within it are those whose hashed claim_id comes
    first: chance that anybody can repeat. Questions and aims, which assert nothing, are left out.
    """
    strata: defaultdict[tuple[str, str], list[EvidenceRow]] = defaultdict(list)
    for row in rows:
        if not row.review_status and row.factuality != "Unknown":
            strata[row.relation, row.certainty].append(row)
    total = sum(map(len, strata.values()))
    if total <= n:
        chosen = [row for stratum in strata.values() for row in stratum]
    else:
        shares = {key: n * len(stratum) / total for key, stratum in strata.items()}
        sizes = {key: int(share) for key, share in shares.items()}
        by_remainder = sorted(shares, key=lambda key: (sizes[key] - shares[key], key))
        for key in by_remainder[: n - sum(sizes.values())]:
            sizes[key] += 1
        chosen = [row for key, stratum in strata.items() for row in sorted(stratum, key=_chance)[: sizes[key]]]
    return sorted(chosen, key=lambda row: (row.source_id, row.sentence_start, row.nutrient_start, row.condition_start))


def _chance(row: EvidenceRow) -> str:
    return hashlib.sha256(row.claim_id.encode()).hexdigest()
