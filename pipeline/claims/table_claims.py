"""In: an AnnotatedDocument; out: the claims that the rows of its tables of results make.

Two kinds of row are read. In a trial's table the columns are arms, the stub names the outcome, and one column compares
the arms. In a table of associations the stub (or a group row, or a head) names the exposure, and head, group row or
caption the outcome. A row that can be read in more than one way makes no claim.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence

from pipeline.claims.exposure import exposure
from pipeline.claims.rules import names_population
from pipeline.claims.sign import relation_of
from pipeline.claims.statistics.effects import named_measure
from pipeline.claims.table_rows import P_HEAD, UNNAMED, Column, Estimate, Part, TableRow
from pipeline.language import Reader
from pipeline.lexicons import Cues
from pipeline.records import AnnotatedDocument, Claim, Mention, Table
from pipeline.vocabulary import Exposure, Relation

# Between what was right at the first reading of unseen tables and after their faults were mended: docs/extraction.md.
TABLE_CONFIDENCE = 0.7
# Fewer letters than these, without neutral words, name nothing ("2a: all patients").
FEWEST_LETTERS = 3
# The part of a stub's letters, without neutral words, that the name of its outcome takes.
LEAST_COVERED = 0.5
# Nutrients given together that a row is still taken to speak of, each by itself.
MOST_TOGETHER = 3
_ASIDE = re.compile(r"[(\[][^()\[\]]*[)\]]|(?<=\w)[*†‡§¶#]+")
_LIMIT = re.compile(r"[<>≤≥]\s?[-−–]?\d")  # makes an event of a measure: "haemoglobin < 110 g/L"
_LETTERS = re.compile(r"[^\W\d_]")
_FIRST_NUMBER = re.compile(r"\d+(?:[.·]\d+)?")
_OBJECT = re.compile(
    r"\b(?:on|in relation to|and (?:the )?(?:risk|incidence|prevention)|for the (?:prevention|treatment) of|"
    r"to (?:prevent|treat)|during|after|following|undergoing|among)\b",
    re.IGNORECASE,
)
# Behind these words a caption says who was studied, and by what: "mortality in critically ill patients by status".
_STUDIED = re.compile(
    r"(?<!change )(?<!changes )(?<!difference )(?<!differences )(?<!reduction )"
    r"\b(?:in|among|by|according to|across)\b[^;:.]*$",
    re.IGNORECASE,
)
_CHARACTERISTICS = re.compile(r"\bcharacteristics\b", re.IGNORECASE)  # of those studied, before anything was given
_TOGETHER = re.compile(r"\s[+&]|(?<=\w)\+(?=\w)|\bplus\b|\band\b|(?<=[A-Za-z]{2})/(?=[A-Za-z]{2})")
_WORD = re.compile(r"[^\W\d_]+")
_PERCENT = re.compile(r"[(\[]\s?(\d+(?:[.·]\d+)?)\s?%?\s?[)\]]")
_NUMBER = re.compile(r"\s*([-−–+]?\s?\d+(?:[.·]\d+)?)")


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
    return list({m.name: m for m in part.of_kind(nutrient=True) if m.end <= end and not m.biomarker}.values())


def _claims(row: TableRow, table: Table, number: int, given: Sequence[Mention], cues: Cues) -> Iterator[Claim]:
    treated, controls = _arms(row)
    if _CHARACTERISTICS.search(row.caption.text):
        return
    if treated and controls:
        yield from _trial_claims(row, treated, controls, given, cues)
    elif not treated and not controls:
        found = list(_association_claims(row, table, number, {m.name for m in given}, cues))
        yield from found or _effect_claims(row, given, cues)


# -- tables of a trial ---------------------------------------------------------------------------------------------


def _arms(row: TableRow) -> tuple[list[Column], list[Column]]:
    """Return the columns of the arms that were given something, and those of what they are compared with."""
    treated, controls = [], []
    taken = {estimate.column.number for estimate in row.estimates}
    for column in row.columns:
        beside = P_HEAD.search(column.head.text) or row.named(column.head.text)
        if column.number in taken or beside or row.is_all("reference", column.cell.text):
            continue
        if row.says("control", column.head.text):
            controls.append(column)
        elif column.head.of_kind(nutrient=True) or row.says("arm", column.head.text):
            treated.append(column)
    return treated, controls


def _trial_claims(
    row: TableRow, treated: Sequence[Column], controls: Sequence[Column], given: Sequence[Mention], cues: Cues
) -> Iterator[Claim]:
    estimate = _chosen([e for e in row.estimates if e.scale != "coefficient" and _compares(row, e)], row)
    of_parts = row.says("subgroups", row.caption.text)
    outcome = _outcome(row, (row.caption,) if of_parts else (row.stub, *reversed(row.groups), row.caption))
    if estimate is None or outcome is None:
        return
    nutrients = _given(row, estimate, treated, controls, given)
    direct = _direct(row, estimate, treated, controls)
    yield from _of_giving(row, estimate, nutrients, outcome, cues, direct=direct)


def _effect_claims(row: TableRow, given: Sequence[Mention], cues: Cues) -> Iterator[Claim]:
    """Yield the claims of a row of effects without the arms' own numbers: what was given stands in caption or title."""
    named = any(part.of_kind(nutrient=True) for part in (row.stub, *row.groups))
    if named or row.says("covariates", row.caption.text):
        return
    told = _subjects(row.caption, cues)
    if not told and len(given) == 1 and row.says("effect", row.caption.text):
        told = [_standing_for(given[0], row, row.caption)]
    heads = [e for e in row.estimates if e.scale != "coefficient" and not e.column.head.of_kind(nutrient=True)]
    estimate, outcome = _chosen(heads, row), _outcome(row, (row.stub, *reversed(row.groups)))
    of_all = {m.name for m in row.caption.of_kind(nutrient=False) if _is_outcome(m, row)}
    if estimate is not None and outcome is not None and (not of_all or outcome.name in of_all):
        direct = estimate.scale == "ratio" or row.says("versus", f"{estimate.column.head.text} {row.caption.text}")
        yield from _of_giving(row, estimate, told, outcome, cues, direct=direct)


def _of_giving(
    row: TableRow, estimate: Estimate, nutrients: Sequence[Mention], outcome: Mention, cues: Cues, *, direct: bool
) -> Iterator[Claim]:
    """Yield a claim for each nutrient that was given together with the others."""
    if len(nutrients) > MOST_TOGETHER or any(nutrient.name == outcome.name for nutrient in nutrients):
        return
    # An effect whose scale is not named and whose interval is above zero may be a ratio.
    if estimate.measure == UNNAMED and (outcome.kind != "measure" or estimate.low > 0):
        return
    for nutrient in nutrients:
        stated = exposure(row.sentence, nutrient, cues).exposure
        met: Exposure = "supplementation" if stated in ("unspecified", "status") else stated
        yield _claim(row, estimate, nutrient, outcome, met, direct=direct, causal=True)


def _compares(row: TableRow, estimate: Estimate) -> bool:
    """Whether an estimate compares the arms: one under a single arm tells what changed within it."""
    head = estimate.column.head
    words = head.text
    for cue in row.cues.tables:
        if cue.kind == "difference":
            words = cue.pattern.sub(" ", words)
    named = bool(head.of_kind(nutrient=True)) or row.says("arm", words)
    control = row.says("control", words)
    return named == control or row.says("versus", words) or (named and estimate.scale == "ratio")


def _given(
    row: TableRow, estimate: Estimate, treated: Sequence[Column], controls: Sequence[Column], given: Sequence[Mention]
) -> list[Mention]:
    """Return what the treated arm got and the other did not, in the words of this row."""
    own = {m.name for column in controls for m in column.head.of_kind(nutrient=True)}
    sets = {}
    for column in treated:
        names = {m.name: m for m in column.head.of_kind(nutrient=True) if m.name not in own}
        sets[frozenset(names)] = list(names.values())
    if len(sets) > 1:
        told = {m.name for m in estimate.column.head.of_kind(nutrient=True)}
        return next((found for names, found in sets.items() if names and names == told), [])
    (found,) = sets.values()
    if len(found) == 1 and _given_with_other(treated[0].head, found[0], controls[0].head):
        return []
    if found or len(given) != 1 or not row.says("arm", treated[0].head.text):
        return found
    return [_standing_for(given[0], row, treated[0].head)]


def _given_with_other(arm: Part, nutrient: Mention, control: Part) -> bool:
    """Whether an arm got something beside the nutrient that the other did not: what is compared is both."""
    segments = _TOGETHER.split(_ASIDE.sub(" ", arm.text))
    others = [word[0] for segment in segments if nutrient.text not in segment and (word := _WORD.search(segment))]
    return any(other.lower() not in control.text.lower() for other in others)


def _standing_for(meant: Mention, row: TableRow, part: Part) -> Mention:
    """Return the nutrient that the arm named in these words got, with the words."""
    found = row.first("arm", part.text)
    start, end = part.start + found.start(), part.start + found.end()
    return Mention(start, end, found.group(), "nutrient", meant.name, meant.identifier, anaphoric=True)


def _direct(row: TableRow, estimate: Estimate, treated: Sequence[Column], controls: Sequence[Column]) -> bool:
    """Whether the effect is that of the treated arm against the other.

    A ratio is, unless the arms' own numbers say the reverse; a difference only where they, or its head, say so.
    """
    if row.says("versus", estimate.column.head.text):
        first = row.first("versus", estimate.column.head.text)
        return not row.says("control", estimate.column.head.text[: first.start()])
    shown = _difference(treated[-1].cell.text, controls[-1].cell.text) if len(treated) == len(controls) else 0.0
    agrees = shown * (estimate.value - estimate.null)
    return agrees >= 0 if estimate.scale == "ratio" else agrees > 0


def _difference(one: str, other: str) -> float:
    """Return by how much two cells differ: their percentages where both have one, else their first numbers."""
    percents = _PERCENT.search(one), _PERCENT.search(other)
    if percents[0] and percents[1]:
        pair = percents[0][1], percents[1][1]
    elif (first := _NUMBER.match(one)) and (second := _NUMBER.match(other)):
        pair = first[1], second[1]
    else:
        return 0.0
    a, b = (float(re.sub(r"\s", "", number).translate(str.maketrans("−–·", "--."))) for number in pair)
    return a - b


# -- tables of associations ----------------------------------------------------------------------------------------


def _association_claims(
    row: TableRow, table: Table, number: int, given: Collection[str], cues: Cues
) -> Iterator[Claim]:
    if row.says("no estimate", row.stub.text):
        return
    if _TOGETHER.search(_ASIDE.sub(" ", row.stub.text)):
        return
    in_stub, in_groups = _nutrient(row.stub), _nutrient(*row.groups)
    if in_stub and not _fills(in_stub, row):
        return
    nutrient = in_stub or in_groups
    found: dict[tuple[str, str], tuple[Mention, Mention, list[Estimate]]] = {}
    for estimate in row.estimates:
        head = estimate.column.head
        exposed = nutrient or (None if _TOGETHER.search(_ASIDE.sub(" ", head.text)) else _nutrient(head))
        places = (head, *reversed(row.groups), row.caption) if nutrient else (row.stub, *reversed(row.groups))
        outcome = _outcome(row, places)
        # Where the table compares arms, what was not given is an outcome itself.
        arms = exposed is not None and exposed.name not in given and row.says("control", row.caption.text)
        if exposed and outcome and exposed.name != outcome.name and not arms:
            found.setdefault((exposed.name, outcome.name), (exposed, outcome, []))[2].append(estimate)
    for exposed, outcome, estimates in found.values():
        chosen, graded = _of_levels(row, estimates)
        if chosen is None:
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
            row, chosen, exposed, outcome, met, direct=known, causal=exposed.name in given and met == "supplementation"
        )


def _fills(nutrient: Mention, row: TableRow) -> bool:
    """Whether a stub is about a nutrient: "serum zinc", not the "zinc finger count" of somebody."""
    rest = _bare(row.stub.text.replace(nutrient.text, " "), row)
    for cue in row.cues.tables:
        if cue.kind == "exposed":
            rest = cue.pattern.sub(" ", rest)
    return len(_LETTERS.findall(rest)) <= len(_LETTERS.findall(nutrient.text))


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
    """Return the estimate that accounts for most: the last that is adjusted, else the first."""
    adjusted = [
        e for e in estimates if row.says("adjusted", e.column.head.text) and not row.says("crude", e.column.head.text)
    ]
    return next(reversed(adjusted), next(iter(estimates), None))


def _outcome(row: TableRow, places: Iterable[Part]) -> Mention | None:
    """Return the outcome that the first of these parts names that is not neutral; None where it names none or two."""
    heads = [column.head for column in row.columns]
    for part in places:
        rest = _bare(part.text, row)
        if len(_LETTERS.findall(rest)) < FEWEST_LETTERS and part is not row.caption:
            continue
        asides = [(part.start + a.start(), part.start + a.end()) for a in _ASIDE.finditer(part.text)]
        named = [m for m in part.of_kind(nutrient=False) if not any(a < m.start < b for a, b in asides)]
        found = {m.name: m for m in named if _is_outcome(m, row)}
        if part is row.caption:
            found = {m.name: m for m in found.values() if not _STUDIED.search(part.text[: m.start - part.start])}
            return next(iter(found.values())) if len(found) == 1 else None
        of_exposure = part in row.groups and part.of_kind(nutrient=True)
        if not found and (of_exposure or part in heads or row.is_all("level", part.text)):
            continue
        if len(found) != 1 or row.says("turned", part.text) or row.says("no outcome", part.text):
            return None
        if part is row.stub and part.of_kind(nutrient=True):
            return None
        (outcome,) = found.values()
        if outcome.kind == "measure" and _LIMIT.search(part.text):
            return None
        covered = len(_LETTERS.findall(_bare(outcome.text, row))) or len(_LETTERS.findall(outcome.text))
        enough = part in heads or covered >= LEAST_COVERED * len(_LETTERS.findall(rest))
        return outcome if enough else None
    return None


def _is_outcome(mention: Mention, row: TableRow) -> bool:
    """Whether a mention is what an effect is on: not the effect's own name, and not who was studied."""
    return not (
        named_measure(mention.text)
        or any(row.says(kind, mention.text) for kind in ("difference", "coefficient"))
        or names_population(row.sentence, mention)
        or len(_LETTERS.findall(_bare(mention.text, row))) < FEWEST_LETTERS
    )


def _bare(words: str, row: TableRow) -> str:
    """Return words without asides and neutral words."""
    words = _ASIDE.sub(" ", words)
    for cue in row.cues.tables:
        if cue.kind == "neutral":
            words = cue.pattern.sub(" ", words)
    return words


def _claim(
    row: TableRow, estimate: Estimate, nutrient: Mention, outcome: Mention, met: Exposure, *, direct: bool, causal: bool
) -> Claim:
    relation: Relation = "associated"
    if estimate.holds_null:
        relation = "no_effect"
    elif direct and not row.says("recoded", row.sentence.text):
        relation = relation_of("raises" if estimate.value > estimate.null else "lowers", outcome)
    return Claim(
        claim_id="",
        sentence=row.sentence,
        nutrient=nutrient,
        condition=outcome,
        exposure=met,
        relation=relation,
        strength="causal" if causal else "correlational",
        factuality="Factual",
        statistics=estimate.statistics,
        confidence=TABLE_CONFIDENCE,
        flags=("anaphora-resolved",) if nutrient.anaphoric else (),
    )
