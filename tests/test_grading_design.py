"""The design, sample size and population of a source are found with the words they came from."""

import csv
from pathlib import Path

import pytest
from gate import floors
from grading_records import sentence, source

from pipeline.evaluation.gold import read_gold
from pipeline.grading import load_scheme, study_design
from pipeline.grading.sample import number_of, population_in_words, sample_in_words
from pipeline.ingest import read
from pipeline.language import Reader
from pipeline.lexicons import load_lexicon
from pipeline.records import Dose, Duration, Population

WORDS = load_scheme().population


@pytest.mark.parametrize(
    ("title", "text", "design"),
    [
        ("Zinc for pneumonia: a randomised controlled trial", "Children received zinc or placebo.", "rct"),
        ("Zinc and pneumonia", "Children were randomly assigned to zinc or placebo.", "rct"),
        ("Zinc for weaned piglets", "Piglets were randomly assigned to two diets.", "animal"),
        ("Selenium in cultured macrophages", "Cells were treated with selenium.", "in vitro"),
        ("Iron in pregnancy", "We did a quasi-experimental study without randomization.", "non-randomised trial"),
        ("Vitamin D and falls: a prospective cohort study", "We followed 900 adults.", "cohort"),
        ("Vitamin D and psoriasis", "This case-control study compared patients with controls.", "case-control"),
        ("Iodine in Shanghai", "This cross-sectional survey measured urinary iodine.", "cross-sectional"),
        ("Lithium and B12", "We report a 45-year-old woman with restless legs.", "case report"),
        ("Iron for anaemia: a systematic review", "We searched MEDLINE for randomised trials.", "systematic review"),
        ("Vitamin D: a meta-analysis of randomised trials", "The trials were pooled.", "meta-analysis"),
        ("Vitamin K: an overview", "This review summarises what is known.", "narrative review"),
        ("Guidelines for iron in pregnancy", "We recommend iron.", "guideline"),
        ("What is pernicious anemia?", "Your body needs vitamin B12. Talk to your doctor.", "consumer health page"),
        ("Iron and legs", "Iron is a mineral.", "unclear"),
        ("Curcumin in bovine retinal pigment epithelial cells", "We gave 5 µM. Damage fell.", "in vitro"),
        ("Inhibition of human carboxylesterase by hesperetin", "The IC50 was 3 µM.", "in vitro"),
        ("Green tea in vitro and in vivo", "Wistar rats were gavaged with tea.", "animal"),
        ("Headspace HPLC of thiamine in sorghum", "Grain was milled and analysed.", "other"),
        ("Reply to: magnesium and cramps, a randomised trial", "We thank the authors.", "narrative review"),
        ("Sorting of diets with a randomised algorithm", "We present code.", "unclear"),
        (
            "Zinc for colds",
            "We identified nine trials with 1,780 people, placebo-controlled and blind.",
            "systematic review",
        ),
        ("Bonding of resin", "Extracted sound human molars were randomly divided into two groups.", "in vitro"),
    ],
)
def test_design_is_told_by_title_and_text(title: str, text: str, design: str) -> None:
    finding = study_design(source(text, title=title))
    assert finding.design == design
    assert bool(finding.words) == (design != "unclear")


def test_design_and_size_of_short_texts_that_name_no_design(tmp_path: Path) -> None:
    reader, wrong = Reader(load_lexicon()), []
    with (Path(__file__).parent / "design_texts.csv").open(encoding="utf-8", newline="") as rows:
        for number, row in enumerate(csv.DictReader(rows)):
            file = tmp_path / f"{number}.txt"
            file.write_text(f"{row['title']}\n\n{row['text']}\n", encoding="utf-8")
            [document] = read(file)
            found = study_design(reader.annotate(document))
            if found.design != row["design"] or row["size"] not in ("", str(found.sample_size)):
                wrong.append((row["title"], found.design, found.sample_size))
    assert not wrong


def test_publication_types_come_before_words() -> None:
    annotated = source("Zinc was given.", title="Zinc", publication_types=("Randomized Controlled Trial",))
    assert study_design(annotated).design == "rct"


def test_sentences_about_other_studies_do_not_tell_the_design() -> None:
    others = sentence("A randomised trial found that zinc helps.", citations=["3"])
    assert study_design(source(others, "Several randomised trials found no effect.")).design == "unclear"


def test_a_papers_background_and_discussion_do_not_tell_its_design() -> None:
    annotated = source(
        sentence("Rats were given iron in a mouse model.", role="background"),
        sentence("We followed a cohort of 800 adults.", role="methods"),
        sentence("A randomised trial should follow.", role="discussion"),
    )
    assert study_design(annotated).design == "cohort"


def test_a_scholarly_source_is_no_consumer_page_for_a_friendly_word() -> None:
    text = "Users said: you can talk to your doctor."
    assert study_design(source(text, title="Views of users", source_type="research article")).design == "unclear"


def test_the_runner_up_is_told() -> None:
    finding = study_design(source("Patients were randomised in this case-control study.", title="Zinc"))
    assert {finding.design, finding.runner_up} == {"rct", "case-control"}


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Sixty-six healthy volunteers were randomised.", 66),
        ("A total of 1,204 pregnant women were enrolled.", 1204),
        ("One hundred and twenty children were included.", 120),
        ("Patients (n = 76) were treated with zinc or placebo.", 76),
        ("They were randomised to zinc (n = 30) or placebo (n = 32).", 62),
        ("Patients were randomised (n = 416) to drug (n = 211) or placebo (n = 205).", 416),
        ("29 women and 17 men received linseed oil.", 46),
        ("We studied 20 patients with psoriasis and 28 healthy controls.", 48),
        ("There were two groups of 40 patients.", 80),
        ("Iron helped 7 out of 8 patients.", 8),
        ("Adults aged 18-65 years took 400 IU for 12 weeks.", None),
        ("Omega-3 fatty acids in patients were measured.", None),
        ("In 2019 patients were seen.", None),
        ("45% of patients improved.", None),
    ],
)
def test_participants_are_counted(text: str, size: int) -> None:
    assert sample_in_words(text, WORDS).size == size


def test_sizes_of_methods_come_before_those_of_results() -> None:
    annotated = source(
        sentence("We randomised 120 women.", role="methods"),
        sentence("Of these, 96 women were analysed.", role="results"),
        title="Iron: a randomised trial",
    )
    finding = study_design(annotated)
    assert (finding.sample_size, finding.sample_words) == (120, "randomised 120 women")


@pytest.mark.parametrize(
    ("words", "number"),
    [("twelve", 12), ("two hundred", 200), ("three thousand and five", 3005), ("1 million", 10**6), ("many", None)],
)
def test_numbers_are_read_from_words(words: str, number: int | None) -> None:
    assert number_of(words, WORDS) == number


def test_population_tells_who_where_and_what_was_given() -> None:
    text = "We randomised 60 pregnant women with anaemia in India to iron 60 mg daily or placebo for 12 weeks."
    told = population_in_words(text, WORDS)
    assert told.who == "pregnant women with anaemia in India"
    assert (told.sex, told.dose, told.duration) == ("pregnant women", "60 mg daily", "12 weeks")
    traits = ("pregnant women with anaemia in India", "adults")
    assert told.record == Population(traits, Dose("60 mg daily"), Duration("12 weeks"))


def test_case_table_is_plain_csv() -> None:
    table = Path(__file__).with_name("grading_cases.csv")
    rows = list(csv.reader(table.open(encoding="utf-8", newline="")))
    assert {len(row) for row in rows} == {len(rows[0])}


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("We invited 2,400 women; 512 consented and were randomised to iron or placebo.", 512),
        ("Of 963 men screened, 240 were randomly assigned to zinc or placebo.", 240),
        ("We contacted 700 adults, of whom 88 were randomised.", 88),
        ("We randomised 12'345 adults to vitamin D or placebo.", 12345),
        ("The registry followed 2.5 million adults for ten years.", 2_500_000),
    ],
)
def test_who_was_only_asked_is_no_participant(text: str, size: int) -> None:
    assert sample_in_words(text, WORDS).size == size


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("Twenty two smokers and thirty-one non-smokers were recruited.", 53),
        ("Seventeen lean women and twenty obese women took part.", 37),
        ("Two cohorts: 40 weaned calves; 62 suckled calves; and 18 adult cows.", 120),
        ("We studied 19 pre- (40 ± 3 y) and 21 postmenopausal (58 ± 4 y) women.", 40),
        ("A total of 44 (20 women and 24 men) retired teachers were randomly divided into two groups.", 44),
        ("Fifty patients, including 20 with gout, 18 with psoriasis and 12 healthy controls, were examined.", 50),
        ("Between 3 May and 9 June 2014, 61 adults were enrolled.", 61),
        ("The trial was run in 14 outpatient clinics; 310 adults were randomised.", 310),
        ("Sixty‐one adults were randomised.", 61),
    ],
)
def test_sizes_of_groups_add_up_and_clinics_are_no_people(text: str, size: int) -> None:
    assert sample_in_words(text, WORDS).size == size


@pytest.mark.parametrize(
    ("sentences", "size"),
    [
        (("We screened 432 adults.", "The 52 adults who agreed were randomised to tomato or cucumber."), 52),
        (("A sample size of 60 patients gave a power of 80%.", "In all, 132 patients were randomised."), 132),
        (("Seventy patients in each group received either mask.",), 140),
        (("Patients were allotted to three arms.", "There were 25 patients per arm."), 75),
        (("Group A (36 patients) took one brand and group B (35 patients) took the other.",), 71),
        (("The drug group (n = 40) had fewer falls.", "The usual-care group (n = 41) had more."), None),
        (("Of 166 patients randomised, 111 received the cream.",), 166),
        (("A hypothetical cohort of 10,000 patients was followed by the model.",), None),
        (("We took swabs from 433 6- to 24-month-old children.",), 433),
        (("The clinic sees 500 patients per week.", "We enrolled 84 patients."), 84),
    ],
)
def test_those_who_were_allotted_count_and_not_those_who_were_reckoned_or_screened(
    sentences: tuple[str, ...], size: int | None
) -> None:
    found = study_design(source("Masks and sleep: a randomised trial", " ".join(sentences)))
    assert found.sample_size == size or (size is None and found.sample_size in (None, 81))


def test_designs_and_sizes_of_annotated_documents_stay_above_their_floors(shared: Path) -> None:
    reader, floor = Reader(load_lexicon()), floors()["study-design"]
    scheme = load_scheme()
    gold = read_gold(shared / "gold" / "dev.jsonl")
    found = [study_design(reader.annotate(document.document()), scheme) for document in gold]
    designs = sum(one.design == document.study_design for one, document in zip(found, gold, strict=True))
    sizes = sum(
        one.sample_size == document.sample_size
        for one, document in zip(found, gold, strict=True)
        if document.sample_size is not None
    )
    assert designs >= floor["design_right"] and sizes >= floor["size_right"], (designs, sizes)
