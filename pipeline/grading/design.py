"""In: an annotated document, or words about somebody else's study; out: the study design."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

from pipeline.grading.allotment import allotment
from pipeline.grading.design_rules import DesignCue, DesignRules, Likely, Pooled
from pipeline.grading.observed import design_observed, observed
from pipeline.grading.sample import People, SampleSize, in_abstract, population
from pipeline.grading.scheme import Scheme
from pipeline.grading.schemes import load_scheme
from pipeline.grading.size import sample_size
from pipeline.records import AnnotatedDocument, Claim, Document, Population, Reference, Sentence
from pipeline.vocabulary import TRIALS, StudyDesign

_OWN_ROLES = {"title", "abstract", "aim", "methods", "results", "body", "conclusion"}
_PAPER_ROLES = {"abstract", "methods", "results"}
_SCHOLARLY = ("research article", "abstract", "review", "guideline")
_TYPES: dict[str, StudyDesign] = {
    "consumer health page": "consumer health page",
    "AI-generated summary": "other",
    "guideline": "guideline",
    "review": "narrative review",
}


@dataclass(frozen=True, slots=True)
class DesignFinding:
    """What kind of study a source is, on how many people, each with the words it came from.

    `words` are the phrases that spoke for `design`; `pooled` says what a meta-analysis or review pools;
    `runner_up` is the design that came second, "" where none did.
    """

    design: StudyDesign = "unclear"
    words: tuple[str, ...] = ()
    sample: SampleSize = field(default_factory=SampleSize)
    people: People = field(default_factory=People)
    pooled: Pooled | None = None
    runner_up: StudyDesign | None = None

    @property
    def sample_size(self) -> int | None:
        """Participants of the source, None where it gives no number."""
        return self.sample.size

    @property
    def sample_words(self) -> str:
        """The words that give the sample size."""
        return self.sample.words

    @property
    def population(self) -> Population:
        """Who the participants are, as stated."""
        return self.people.record


@dataclass(frozen=True, slots=True)
class Weighing:
    """What speaks for each design in a source: its points, the phrases that gave them, and the texts they stood in."""

    title: str
    front: str
    rest: str
    own: list[Sentence]
    whole: bool
    points: dict[StudyDesign, int]
    words: dict[StudyDesign, list[str]]

    def add(self, design: StudyDesign, gained: int, phrase: str) -> None:
        """Give a design points for a phrase."""
        self.points[design] = self.points.get(design, 0) + gained
        self.words.setdefault(design, []).append(phrase)

    def join(self, design: StudyDesign, other: StudyDesign, gained: int) -> None:
        """Let `other` have the phrases of a design, and as many points as `gained`."""
        del self.points[design]
        self.points[other] = gained
        self.words[other] = self.words.get(other, []) + self.words.pop(design)


def study_design(annotated: AnnotatedDocument, scheme: Scheme | None = None) -> DesignFinding:
    """Return the study design of a source, its sample size and population, with the words they came from.

    Publication types, the title, and the words of title, abstract, methods and results are weighed by the
    scheme's cues; sentences that tell of other studies do not count. "unclear" where too little speaks.
    """
    scheme = scheme or load_scheme()
    rules = scheme.design
    told = weigh(annotated, scheme)
    points, words = told.points, told.words
    ranking = sorted(points, key=lambda d: (-points[d], _rank(d, rules)))
    least = rules.shape.enough_in_study if told.whole else rules.enough
    enough = [design for design in ranking if points[design] >= least]
    best: StudyDesign = enough[0] if enough else "unclear"
    spoke = words.get(best, [])
    if best in TRIALS:
        seen = observed(told.title, told.front, points, scheme.observed)
        if seen.odds > 0:
            best = design_observed(told.title, told.front, points, scheme.observed)
            spoke = [*seen.words, *words.get(best, ())]
            enough = [best, *(design for design in enough if design != best)]
    reviewed = best in ("meta-analysis", "systematic review")
    sample = _sample(best, told.own, spoke, scheme)
    return DesignFinding(
        design=best,
        words=tuple(dict.fromkeys(map(_clean, spoke))),
        sample=sample,
        people=population(told.title, told.own, sample, scheme.population, people=best not in ("animal", "in vitro")),
        pooled=_pooled(f"{told.title}\n{told.front}\n{told.rest}", rules) if reviewed else None,
        runner_up=enough[1] if len(enough) > 1 else None,
    )


def weigh(annotated: AnnotatedDocument, scheme: Scheme) -> Weighing:
    """Return what speaks for each design in a source, how it says that it allotted taken into account."""
    rules = scheme.design
    document = annotated.document
    title = document.title or next((s.text for s in annotated.sentences if s.kind == "title"), "")
    own = _own_sentences(annotated.sentences, rules)
    front, rest = _zones(own, rules)
    whole = _tells_of_a_study(annotated, scheme)
    plain = not any(rules.page.numbers.search(s.text) for s in annotated.sentences if s.kind != "title")
    told = Weighing(title, front, rest, own, whole, {}, {})

    likely = rules.likely("source", title, front, rest)
    for design in rules.cues:
        if design == "consumer health page" and (document.source_type in _SCHOLARLY or not plain):
            continue
        for cue in likely[design].cues:
            if cue.where != "study" or whole:
                _count(told, design, cue, likely[design].texts, document.publication_types, rules)
    for design, gained, phrase in _page_points(document, title, annotated.sentences, rules):
        told.add(design, gained, phrase)
    if not whole and _is_review(annotated, scheme):
        told.add("narrative review", rules.shape.review_points, rules.shape.review_phrase)
    _weigh_allotment(told, annotated, rules)
    return told


def _count(
    told: Weighing,
    design: StudyDesign,
    cue: DesignCue,
    texts: Sequence[str],
    publication_types: Iterable[str],
    rules: DesignRules,
) -> None:
    """Give a design the points of a cue where its words stand in title, abstract or body, or as a publication type."""
    title, front, rest = texts
    if cue.where == "publication":
        found = next((p for p in publication_types if cue.find.fullmatch(p.strip())), None)
        if found:
            told.add(design, cue.points, found)
    elif cue.where == "title":
        if match := cue.find.search(title):
            told.add(design, cue.points, _clean(match.group()))
    elif match := cue.find.search(front):
        told.add(design, cue.points, _clean(match.group()))
    elif match := cue.find.search(rest):
        told.add(design, round(cue.points * rules.beyond_abstract), _clean(match.group()))


def _weigh_allotment(told: Weighing, annotated: AnnotatedDocument, rules: DesignRules) -> None:
    """Let the cues of a trial speak for one with chance or without, by what is said of how people were allotted."""
    points = told.points
    chance = any(rules.shape.by_chance.search(phrase) for phrase in told.words.get("rct", ()))
    allotted = allotment(told.own, rules.allotment, rules.masked["rct"])
    if allotted.way == "chance" and not chance:
        told.add("rct", rules.allotment.points, _clean(allotted.words))
        chance = True
    if "rct" in points and (allotted.way == "otherwise" or not (chance and _may_be_randomised(annotated, rules))):
        told.join("rct", "non-randomised trial", points["rct"] + points.get("non-randomised trial", 0))
    elif "rct" in points and "non-randomised trial" in points and allotted.way == "chance":
        told.join("non-randomised trial", "rct", max(points["rct"], points["non-randomised trial"]))


def _sample(design: StudyDesign, own: list[Sentence], words: list[str], scheme: Scheme) -> SampleSize:
    """The sample size of the source's study; a report of one case has one participant, a page or review none."""
    if design in ("consumer health page", "narrative review", "guideline"):
        return SampleSize()
    found = sample_size(own, scheme.population)
    one_case = design == "case report" and found.size is None and "series" not in words[0].lower()
    return SampleSize(1, words[0]) if one_case else found


def design_in_words(text: str, scheme: Scheme) -> tuple[StudyDesign, str]:
    """Return the design that a sentence ascribes to the evidence it tells of, and the words that say so."""
    return _heaviest(scheme.design.likely("sentence", text), scheme.design)


def design_of_reference(reference: Reference, scheme: Scheme) -> tuple[StudyDesign, str]:
    """Return the design of a cited study, from what the entry states, else from its title's words."""
    if reference.design != "unclear":
        return reference.design, _clean(reference.title or reference.text)
    text = reference.title or reference.text
    likely = scheme.design.likely("reference", text)
    likely.pop("consumer health page", None)
    return _heaviest(likely, scheme.design)


def _heaviest(likely: Mapping[StudyDesign, Likely], rules: DesignRules) -> tuple[StudyDesign, str]:
    """The design whose cue with the most points stands in its text, and the words of it."""
    best: tuple[int, int, StudyDesign, str] | None = None
    for design, (texts, cues) in likely.items():
        for cue in cues:
            if match := cue.find.search(texts[0]):
                key = (cue.points, -_rank(design, rules), design, _clean(match.group()))
                best = key if best is None or key[:2] > best[:2] else best
    return (best[2], best[3]) if best else ("unclear", "")


def association_within_trial(claim: Claim, design: StudyDesign, scheme: Scheme) -> tuple[StudyDesign, str] | None:
    """Return the design of an association inside a trial that owes nothing to what was allotted, and its words.

    A level at baseline and an outcome were not randomised to each other, whatever the paper is.
    """
    rules, text = scheme.design.within_trial, claim.sentence.text
    observed = claim.exposure in rules.exposures or (claim.exposure in rules.eaten and rules.degree.search(text))
    if design not in TRIALS or not observed:
        return None
    association = rules.association.search(text)
    baseline = rules.baseline.search(text)
    if association is None or (rules.allotted.search(text) and baseline is None):
        return None
    words = ", ".join(_clean(match.group()) for match in (baseline, association) if match)
    return (rules.followed if rules.follow_up.search(text) else rules.becomes), words


def pooled_in_words(text: str, scheme: Scheme) -> Pooled | None:
    """Return what a meta-analysis or review told of in `text` pools, None where it does not say."""
    return _pooled(text, scheme.design)


def _pooled(text: str, rules: DesignRules) -> Pooled | None:
    counts: dict[Pooled, int] = {kind: len(find.findall(text)) for kind, find in rules.pooled.items()}
    best = max(counts, key=lambda kind: counts[kind])
    return best if counts[best] else None


def _own_sentences(sentences: Iterable[Sentence], rules: DesignRules) -> list[Sentence]:
    """The sentences that tell of the source's own study; a paper's background and discussion are left out."""
    kept = [s for s in sentences if (s.role in _OWN_ROLES or _closes_abstract(s)) and s.kind != "table"]
    if any(s.role in _PAPER_ROLES for s in kept):
        kept = [s for s in kept if s.role != "body"]
    return [s for s in kept if not s.citations and not rules.tells_of_others(s.text)]


def _closes_abstract(sentence: Sentence) -> bool:
    """Whether a sentence stands in the discussion of an abstract, where protocols say what is still to be done."""
    return sentence.role == "discussion" and sentence.section.startswith("Abstract")


def _tells_of_a_study(annotated: AnnotatedDocument, scheme: Scheme) -> bool:
    """Whether the source tells of a study of its own from its aim to its findings, as abstracts and papers do."""
    body = [s for s in annotated.sentences if s.kind != "title"]
    if any(s.role == "methods" for s in body):
        return True
    if len(body) < scheme.design.shape.study_sentences or _cites(body, scheme):
        return False
    shape = scheme.design.shape
    begins = next((i for i, s in enumerate(body) if scheme.basis.own_begins.search(s.text)), None)
    if begins is None:
        return _gives_results(body, scheme)
    return any(shape.numbers.search(s.text) or shape.findings.search(s.text) for s in body[begins:])


def _may_be_randomised(annotated: AnnotatedDocument, rules: DesignRules) -> bool:
    """Whether a source tells of allotment by chance anywhere, or is too short to be held to it."""
    if sum(len(sentence.text) for sentence in annotated.sentences) < rules.shape.paper_characters:
        return True
    own = (s for s in annotated.sentences if in_abstract(s) or s.role not in ("background", "discussion"))
    chance, mask = rules.shape.by_chance, rules.masked["rct"]
    told = chain(annotated.document.publication_types, (s.text for s in own if chance.search(s.text)))
    return any(chance.search(mask.sub(" ", text)) and not rules.tells_of_others(text) for text in told)


def _is_review(annotated: AnnotatedDocument, scheme: Scheme) -> bool:
    """Whether the source is an abstract of some length that neither tells of a study nor cites one by a mark."""
    if annotated.document.source_type not in ("other", "abstract", "review"):
        return False
    shape = scheme.design.shape
    if any(s.kind == "title" and shape.review_title_not.search(s.text) for s in annotated.sentences):
        return False
    body = [s for s in annotated.sentences if s.kind != "title"]
    own = any(scheme.basis.own_begins.search(s.text) or scheme.basis.own.search(s.text) for s in body)
    if own or _gives_results(body, scheme):
        return False
    return len(body) >= shape.review_sentences and not _cites(body, scheme)


def _gives_results(body: list[Sentence], scheme: Scheme) -> bool:
    """Whether sentences of a source give results in numbers that are not those of other people's studies."""
    rules = scheme.design
    return any(rules.shape.statistics.search(s.text) and not rules.about_others.search(s.text) for s in body)


def _cites(body: list[Sentence], scheme: Scheme) -> bool:
    return any(s.citations or scheme.design.reference_mark.search(s.text) for s in body)


def _zones(own: list[Sentence], rules: DesignRules) -> tuple[str, str]:
    """The words of the abstract and those beyond it; of a source without an abstract all words are in front."""
    abstract = [s for s in own if in_abstract(s)]
    beyond = [s for s in own if not in_abstract(s)] if abstract else []
    front, rest = (("\n".join(s.text for s in zone)) for zone in (abstract or own, beyond))
    return front[: rules.text_characters], rest[: rules.text_characters]


def _page_points(
    document: Document, title: str, sentences: tuple[Sentence, ...], rules: DesignRules
) -> Iterable[tuple[StudyDesign, int, str]]:
    page = rules.page
    stated = _TYPES.get(document.source_type)
    if stated:
        yield stated, page.type_points, f"source type: {document.source_type}"
    if stated or document.source_type in _SCHOLARLY:
        return
    body = [s for s in sentences if s.kind != "title"]
    personal = [s for s in body if page.second_person.search(s.text)]
    plain = not any(page.numbers.search(s.text) for s in body)
    if body and plain:
        yield "consumer health page", page.plain_points, "no statistics or reference marks"
    if body and len(personal) / len(body) >= page.second_person_share:
        yield "consumer health page", page.second_person_points, "speaks to the reader (you, your)"
    if title.rstrip(" ]").endswith("?"):
        yield "consumer health page", page.question_title_points, "a question as title"
        opens = any(c.where == "title" and c.find.search(title) for c in rules.cues["consumer health page"])
        if plain and opens:
            yield (
                "consumer health page",
                page.plain_title_bonus,
                "a reader's question answered in plain words",
            )


def _rank(design: StudyDesign, rules: DesignRules) -> int:
    return rules.precedence.index(design) if design in rules.precedence else len(rules.precedence)


def _clean(phrase: str) -> str:
    return re.sub(r"\s+", " ", phrase).strip(" ,;.:")[:120]
