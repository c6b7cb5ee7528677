"""In: an AnnotatedDocument; out: the claims that the rows of its tables of results make.

Two kinds of row are read. In a trial's table the columns are arms, the stub names the outcome, and one column compares
the arms. In a table of associations the stub (or a group row, or a head) names the exposure, and head, group row or
caption the outcome. A row that can be read in more than one way makes no claim.
"""

import re
from collections.abc import Collection, Iterator, Sequence

from pipeline.claims.exposure import exposure
from pipeline.claims.sign import relation_of
from pipeline.claims.table_arms import TOGETHER, arms, compares, contradicts, given_alone, is_direct, standing_for
from pipeline.claims.table_outcome import ASIDE, LETTERS, bare, is_outcome, outcome
from pipeline.claims.table_rows import UNNAMED, Column, Estimate, Part, TableRow
from pipeline.language import Reader
from pipeline.lexicons import Cues
from pipeline.records import AnnotatedDocument, Claim, Mention, Table
from pipeline.vocabulary import Exposure, Relation

# The share of rows that were right when tables were read that the rules had not seen: docs/extraction.md.
TABLE_CONFIDENCE = 0.74
# What a group of participants or a time is called by fewer letters than these names nothing ("IFA and MMN" does).
FEWEST_LETTERS = 3
_FIRST_NUMBER = re.compile(r"\d+(?:[.·]\d+)?")
_OBJECT = re.compile(
    r"\b(?:on|in|for|and (?:the )?(?:risk|incidence|prevention)|"
    r"to (?:prevent|treat)|during|after|following|undergoing|among)\b",
    re.IGNORECASE,
)
# Of those studied, before anything was given.
_BEFORE = re.compile(
    r"\bcharacteristics\b|^\W*(?:table \w+\W*)?baseline\b(?!.*\b(?:and|to|after|follow|change|associat))", re.IGNORECASE
)


def table_claims(annotated: AnnotatedDocument, reader: Reader) -> Iterator[Claim]:
    """Yield the claims of a document's tables in the order of their rows, without identifiers."""
    titles = [sentence for sentence in annotated.sentences if sentence.kind == "title"]
    given = [m for s in titles for m in _subjects(Part(s.text, s.start, s.mentions), reader.cues)]
    lines = [(table, line) for table in annotated.document.tables for line in table.lines]
    told = set()
    for sentence, (table, line) in zip(annotated.rows, lines, strict=True):
        row = TableRow(sentence, line, reader.cues)
        if row.estimates and any(m.kind != "nutrient" for m in sentence.mentions):
            for claim in _claims(row, table, line.row, given, reader.cues):
                words = tuple(statistic.text for statistic in claim.statistics)
                said = (table.start, table.label, row.groups, claim.nutrient.name, claim.condition.name, words)
                if said not in told:  # a cell that spans the rows of its arms says so once
                    told.add(said)
                    yield claim


def _subjects(part: Part, cues: Cues) -> list[Mention]:
    """Return the nutrients that a title or caption says were given: those before "on", where it tells of giving."""
    if not any(cue.kind == "subject" and cue.pattern.search(part.text) for cue in cues.tables):
        return []
    found = _OBJECT.search(part.text)
    end = part.start + (found.start() if found else len(part.text))
    asides = [(part.start + a.start(), part.start + a.end()) for a in ASIDE.finditer(part.text)]
    return list(
        {
            m.name: m
            for m in part.of_kind(nutrient=True)
            if m.end <= end and not m.biomarker and not any(a <= m.start < b for a, b in asides)
            if not any(
                c.kind == "not given" and c.pattern.match(part.text, m.end - part.start + 1) for c in cues.tables
            )
        }.values()
    )


def _claims(row: TableRow, table: Table, number: int, given: Sequence[Mention], cues: Cues) -> Iterator[Claim]:
    around = " ".join((row.caption.text, *(group.text for group in row.groups)))
    if _BEFORE.search(row.caption.text) or row.says("subgroups", around) or row.is_of_part:
        return
    treated, controls = arms(row)
    if treated and controls:
        yield from _trial_claims(row, treated, controls, given, cues)
    elif not treated and not controls:
        found = list(_association_claims(row, table, number, {m.name for m in given}, cues))
        yield from found or _effect_claims(row, given, cues)


# -- tables of a trial ---------------------------------------------------------------------------------------------


def _trial_claims(
    row: TableRow, treated: Sequence[Column], controls: Sequence[Column], given: Sequence[Mention], cues: Cues
) -> Iterator[Claim]:
    estimate = _chosen([e for e in row.estimates if e.scale != "coefficient" and compares(row, e)], row)
    affected = outcome(row, (row.stub, *reversed(row.groups), row.caption))
    if estimate is None or affected is None or contradicts(estimate, treated, controls):
        return
    if nutrient := given_alone(row, estimate, treated, controls, given):
        direct = is_direct(row, estimate, treated, controls)
        yield from _of_giving(row, estimate, nutrient, affected, cues, direct=direct)


def _effect_claims(row: TableRow, given: Sequence[Mention], cues: Cues) -> Iterator[Claim]:
    """Yield the claims of a row of effects without the arms' own numbers: what was given stands in caption or title."""
    named = any(part.of_kind(nutrient=True) for part in (row.stub, *row.groups))
    # A cell of words ("Phenotype: Hp 1-1") says of whom, or of what, the row is.
    labelled = any(len(LETTERS.findall(bare(label, row))) >= FEWEST_LETTERS for label in row.labels)
    if named or labelled or row.has_other_numbers or row.says("covariates", row.caption.text):
        return
    told = _subjects(row.caption, cues)
    if not told and len(given) == 1 and row.says("effect", row.caption.text):
        told = [standing_for(given[0], row, row.caption)]
    plain = [e for e in row.estimates if e.scale != "coefficient" and _compares_what_is_told(row, e)]
    estimate, affected = _chosen(plain, row), outcome(row, (row.stub, *reversed(row.groups)))
    of_all = {m.name for m in row.caption.of_kind(nutrient=False) if is_outcome(m, row)}
    known = estimate is not None and affected is not None and (not of_all or affected.name in of_all)
    if known and estimate and affected and len(told) == 1:
        yield from _of_giving(row, estimate, told[0], affected, cues, direct=estimate.scale == "ratio")


def _compares_what_is_told(row: TableRow, estimate: Estimate) -> bool:
    """Whether the words over an estimate are of its scale and arms alone, so that nothing else is compared in it."""
    words = estimate.column.head.text
    for cue in row.cues.tables:
        if cue.kind in ("difference", "adjusted", "crude", "arm", "control", "versus"):
            words = cue.pattern.sub(" ", words)
    return len(LETTERS.findall(bare(words, row))) < FEWEST_LETTERS


def _of_giving(
    row: TableRow, estimate: Estimate, nutrient: Mention, affected: Mention, cues: Cues, *, direct: bool
) -> Iterator[Claim]:
    # An effect whose scale is not named and whose interval is above zero may be a ratio.
    unknown = estimate.measure == UNNAMED and (affected.kind != "measure" or estimate.low > 0)
    if nutrient.name != affected.name and not unknown and not _is_of_some_value(estimate, affected):
        stated = exposure(row.sentence, nutrient, cues).exposure
        met: Exposure = "supplementation" if stated in ("unspecified", "status") else stated
        yield _claim(row, estimate, nutrient, affected, met, direct=direct, causal=True)


# -- tables of associations ----------------------------------------------------------------------------------------


def _association_claims(
    row: TableRow, table: Table, number: int, given: Collection[str], cues: Cues
) -> Iterator[Claim]:
    if row.says("no estimate", row.stub.text):
        return
    if TOGETHER.search(ASIDE.sub(" ", row.stub.text)):
        return
    in_stub, in_groups = _nutrient(row.stub), _nutrient(*row.groups)
    if in_stub and not _fills(in_stub, row):
        return
    nutrient = in_stub or in_groups
    found: dict[tuple[str, str], tuple[Mention, Mention, list[Estimate]]] = {}
    for estimate in row.estimates:
        head = estimate.column.head
        exposed = nutrient or _exposed_in_head(head, given)
        places = (head, *reversed(row.groups), row.caption) if nutrient else (row.stub, *reversed(row.groups))
        affected = outcome(row, places)
        # Where the table compares arms, what was not given is an outcome itself.
        compared = (
            exposed is not None and exposed.name not in given and row.says("control", f"{row.caption.text} {head.text}")
        )
        # A difference of what was given has two arms, and the row names one.
        compared = compared or (exposed is not None and exposed.name in given and estimate.scale == "difference")
        if exposed and affected and exposed.name != affected.name and not compared and not _against_another(row, head):
            found.setdefault((exposed.name, affected.name), (exposed, affected, []))[2].append(estimate)
    for exposed, affected, estimates in found.values():
        chosen, graded = _of_levels(row, estimates)
        if chosen is None or _is_of_some_value(chosen, affected):
            continue
        if not in_stub and in_groups and not graded:
            last = _last_level(table, number, chosen.column.number)
            if not row.is_all("level", row.stub.text) or last is None:
                continue
            graded = last
        around = " ".join((row.stub.text, chosen.column.head.text, *(group.text for group in row.groups[-1:])))
        met = exposure(row.sentence, exposed, cues).exposure
        if met in ("status", "unspecified", "intake") and row.says("low", row.stub.text):
            met = "deficiency"
        if exposed.name in given and met == "unspecified":
            met = "supplementation"
        known = graded or met in ("deficiency", "excess", "supplementation") or row.says("graded", around)
        known = known and chosen.scale != "coefficient"
        yield _claim(
            row, chosen, exposed, affected, met, direct=known, causal=exposed.name in given and met == "supplementation"
        )


def _exposed_in_head(head: Part, given: Collection[str]) -> Mention | None:
    """Return the nutrient that a column is about; one that was given is an arm, whose control is not known here."""
    found = None if TOGETHER.search(ASIDE.sub(" ", head.text)) else _nutrient(head)
    return None if found is None or found.name in given else found


def _against_another(row: TableRow, head: Part) -> bool:
    """Whether words say that one thing is compared with another that is neither its absence nor a lower level of it."""
    parts = (row.stub, *row.groups, row.caption, head)
    return any(row.says("versus", p.text) and not row.says("unexposed", p.text) for p in parts)


def _fills(nutrient: Mention, row: TableRow) -> bool:
    """Whether a stub is about a nutrient: "serum zinc", not the "zinc finger count" of somebody."""
    rest = bare(row.stub.text.replace(nutrient.text, " "), row)
    for cue in row.cues.tables:
        if cue.kind == "exposed":
            rest = cue.pattern.sub(" ", rest)
    return len(LETTERS.findall(rest)) <= len(LETTERS.findall(nutrient.text))


def _nutrient(*parts: Part) -> Mention | None:
    """Return the one nutrient of these parts, None where there is none or several, or an outcome beside it."""
    found = {m.name: m for part in parts for m in part.of_kind(nutrient=True)}
    if len(found) != 1 or any(part.of_kind(nutrient=False) for part in parts):
        return None
    return next(iter(found.values()))


def _of_levels(row: TableRow, estimates: Sequence[Estimate]) -> tuple[Estimate | None, bool]:
    """Return the estimate that tells most, and whether it is of the highest level against the lowest."""
    references = [column.number for column in row.columns if row.is_all("reference", column.cell.text)]
    if not references:
        return _chosen(estimates, row), False
    above = [e for e in estimates if e.column.number > max(references)]
    return (above[-1], True) if len(references) == 1 and above else (None, False)


def _last_level(table: Table, number: int, column: int) -> bool | None:
    """Return whether a row is the highest of levels that begin with the reference; None where it is not the last."""
    rows = table.rows
    if number + 1 < len(rows) and _FIRST_NUMBER.match(rows[number + 1][column].strip()):
        return None
    for above in range(number - 1, -1, -1):
        cell = rows[above][column].strip()
        if re.match(r"(?:1(?:[.·]0+)?\b(?! ?[(\[]\s?\d)|ref)", cell, re.IGNORECASE):
            low, high = (_FIRST_NUMBER.search(rows[at][0]) for at in (above, number))
            return bool(low and high and float(low[0].replace("·", ".")) < float(high[0].replace("·", ".")))
        if not _FIRST_NUMBER.match(cell):
            break
    return None


# -- both ----------------------------------------------------------------------------------------------------------


def _chosen(estimates: Sequence[Estimate], row: TableRow) -> Estimate | None:
    """Return the estimate that accounts for most: the last adjusted, else the first; None if its p denies it."""
    adjusted = [
        e for e in estimates if row.says("adjusted", e.column.head.text) and not row.says("crude", e.column.head.text)
    ]
    chosen = next(reversed(adjusted), next(iter(estimates), None))
    # One head over two estimates: they are of the arms, or of two times, and neither is the one that is told.
    alike = [e for e in estimates if chosen and e is not chosen and e.column.head.text == chosen.column.head.text]
    return None if chosen is None or chosen.is_denied or alike else chosen


def _is_of_some_value(estimate: Estimate, affected: Mention) -> bool:
    """Whether a ratio is told of a measure: it is of those above or below some value of it, and which is not told."""
    return affected.kind == "measure" and estimate.scale == "ratio"


def _has_known_sense(estimate: Estimate, affected: Mention) -> bool:
    """Whether more is known to be more of it: a condition that is told in points may be a part of a scale of health."""
    return affected.kind == "measure" or estimate.scale == "ratio" or estimate.measure == "RD"


def _claim(
    row: TableRow,
    estimate: Estimate,
    nutrient: Mention,
    affected: Mention,
    met: Exposure,
    *,
    direct: bool,
    causal: bool,
) -> Claim:
    relation: Relation = "associated"
    if estimate.holds_null:
        relation = "no_effect"
    elif direct and _has_known_sense(estimate, affected) and not row.says("recoded", row.sentence.text):
        relation = relation_of("raises" if estimate.value > estimate.null else "lowers", affected)
    return Claim(
        claim_id="",
        sentence=row.sentence,
        nutrient=nutrient,
        condition=affected,
        exposure=met,
        relation=relation,
        strength="causal" if causal else "correlational",
        factuality="Factual",
        statistics=estimate.statistics,
        confidence=TABLE_CONFIDENCE,
        flags=("anaphora-resolved",) if nutrient.anaphoric else (),
    )
