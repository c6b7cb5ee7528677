"""The direction that words state unmistakably, the stance a sentence takes to them, and whose claim is whose."""

import re

import pytest
from reading import claims

from pipeline.claims.arbitration import arbitrated
from pipeline.claims.bystanders import stands_by
from pipeline.claims.ownership import stated_apart
from pipeline.claims.sign import sign
from pipeline.claims.statistics import statistics
from pipeline.lexicons import load_lexicon
from pipeline.records import Claim, Mention, Sentence

CUES = load_lexicon().cues


def read(text: str) -> tuple[Sentence, list[Mention], list[Mention]]:
    """A sentence with its nutrients in <angles> and outcomes in {braces}, the pair's first."""
    plain, found, opened = "", [], 0
    for character in text:
        if character in "<{":
            opened = len(plain)
        elif character in ">}":
            kind = "nutrient" if character == ">" else "condition"
            found.append(Mention(opened, len(plain), plain[opened:], kind, plain[opened:].lower()))
        else:
            plain += character
    sentence = Sentence(0, 0, len(plain), plain, mentions=tuple(found))
    return sentence, [m for m in found if m.kind == "nutrient"], [m for m in found if m.kind != "nutrient"]


def stated(text: str) -> str | None:
    sentence, nutrients, outcomes = read(text)
    return sign(sentence, nutrients[0], outcomes[0], CUES)


@pytest.mark.parametrize(
    "text",
    [
        "<Selenium> raised the incidence of {type 2 diabetes}.",
        "Daily <vitamin E> was linked to a greater risk of {haemorrhagic stroke}.",
        "Those given <vitamin A> had more {hip fractures}.",
        "{Kidney stones} were commoner with <vitamin C> than with placebo.",
        "{Kidney stones} occurred more often among men taking <vitamin C>.",
        "Rates of {prostate cancer} were higher after <folic acid> than after placebo.",
        "There were more {falls} with high-dose <vitamin D> than with the usual dose.",
        "<Beta-carotene> doubled the number of {lung cancers}.",
        "<Iron> supplements brought on {constipation}.",
        "Too much <zinc> can lead to {copper deficiency anaemia}.",
        "{Flushing} was caused by <niacin> in half of the men.",
        "Low <folate> is a risk factor for {neural tube defects}.",
        "{Pneumonia} was less frequent with placebo than with <vitamin E>.",
        "Fewer {falls} were seen in the placebo group than in the group given <vitamin D>.",
        "Women on <calcium> were more likely to have {heart attacks}.",
        "<Sodium> intake was positively associated with {hypertension}.",
        "<Omega-3> capsules triggered {atrial fibrillation}.",
        "Lack of <iodine> gives rise to {goitre}.",
        "{Hip fracture} was nearly twice as frequent in the top fifth of <retinol> intake as in the bottom fifth.",
        "<Niacin> deficiency quadrupled the risk of {dementia}.",
        "{Hypertension} is a known adverse effect of <coenzyme Q10>.",
        "Fewer placebo users than <carnitine> users had {nausea}.",
        "<Manganese> exposure carried a higher risk of {parkinsonism}.",
    ],
)
def test_harm_in_many_words(text: str) -> None:
    assert stated(text) == "raises"


@pytest.mark.parametrize(
    "text",
    [
        "<Zinc> cut the number of {colds}.",
        "<Folic acid> protects against {spina bifida}.",
        "Taking <vitamin D> was tied to a smaller risk of {multiple sclerosis}.",
        "{Falls} were rarer with <vitamin D> than with placebo.",
        "Fewer {colds} occurred among children given <zinc>.",
        "{Asthma attacks} were more common with placebo than with <magnesium>.",
        "<Fibre> intake was inversely associated with {colorectal cancer}.",
        "{Goitre} was prevented by <iodine> in salt.",
        "{Anaemia} has declined thanks to <iron> in flour.",
        "Children given <vitamin A> were less likely to have {measles}.",
        "<Calcium> halved the incidence of {pre-eclampsia}.",
        "<Selenium> wards off {Keshan disease}.",
        "Lower rates of {caries} were found with <fluoride>.",
        "<Vitamin K> averted {bleeding} in newborns.",
        "People who took <carnitine> developed {delirium} less often than those who did not.",
        "{Gout} fell by a third with <glycine>.",
        "The odds of {hypertension} went down after <chromium> supplementation.",
        "Participants on <creatine> ran a smaller risk of {psoriasis}.",
        "The <lutein> arm saw a 20% drop in {macular degeneration}.",
        "Higher <magnesium> was associated with fewer {migraines}.",
    ],
)
def test_benefit_in_many_words(text: str) -> None:
    assert stated(text) == "lowers"


@pytest.mark.parametrize(
    "text",
    [
        "<Vitamin C> did not prevent {colds}.",
        "Rates of {stroke} were comparable with <vitamin E> and with placebo.",
        "{Falls} were equally common with <vitamin D> and placebo.",
        "<Zinc> had no bearing on {pneumonia}.",
        "We found no evidence that <biotin> prevents {hair loss}.",
        "Neither <calcium> nor <vitamin D> lowered the rate of {fractures}.",
        "<Selenium> failed to reduce {prostate cancer}.",
        "People who took <taurine> developed {insomnia} just as often as those who did not.",
        "As many cases of {gout} arose under <choline> as under placebo.",
        "Participants on <carnitine> ran the same risk of {migraine} as the others.",
        "{Headache} stayed the same after <magnesium> was started.",
        "An effect of <biotin> on {fatigue} could not be detected.",
        "No link between <calcium> intake and {prostate cancer} emerged.",
        "{Psoriasis} and <selenium> intake were not correlated.",
        "<Vitamin C> will not stop you catching the {common cold}.",
        "There was no association between <folate> and {depression}.",
        "<Niacin> never lowered {mortality}.",
        "No difference in {mortality} was seen between <vitamin A> and placebo.",
        "{Asthma} was not affected by <vitamin D>.",
        "<Omega-3> was ineffective in preventing {dementia}.",
        "{Fatigue} eased with iron, whereas <vitamin C> did not.",
        "<Vitamin B12> made no difference to {cognitive decline}.",
        "<Chromium> had little or no effect on {diabetes}.",
    ],
)
def test_denial_in_many_words(text: str) -> None:
    assert stated(text) == "none"


@pytest.mark.parametrize(
    "text",
    [
        "{Coeliac disease} causes <iron> deficiency.",
        "{Crohn's disease} often leads to <vitamin B12> deficiency.",
        "{Obesity} lowers serum <vitamin D>.",
        "{Alcoholism} depletes <thiamine>.",
        "{Pregnancy sickness} increases the need for <folate>.",
        "<Zinc> deficiency due to {chronic diarrhoea} is common.",
        "{Gastritis} impairs the absorption of <vitamin B12>.",
        "{Cystic fibrosis} is a frequent cause of <vitamin A> deficiency.",
    ],
)
def test_reversal_in_many_words(text: str) -> None:
    assert stated(text) == "affected_by"


@pytest.mark.parametrize(
    "text",
    [
        "<Zinc> lowered fever in patients with {malaria}.",
        "<Vitamin E> reduced the protection against {stroke}.",
        "{Falls} and <vitamin D> were recorded.",
        "Compared with <iron>, the drug increased {constipation}.",
    ],
)
def test_what_can_be_read_in_two_ways_is_left_to_others(text: str) -> None:
    assert stated(text) is None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<Vitamin D> did not only improve {muscle weakness} but also helped mood.", "improves"),
        ("<Zinc> not only prevented {pneumonia}, it was cheap.", "lowers"),
        ("No vitamin other than <thiamine> cured {beriberi}.", "improves"),
        ("Nothing but <iodine> prevented {goitre}.", "lowers"),
        ("Oral <iron> was non-inferior to <infusions> in correcting {anaemia}.", "improves"),
        ("<Fluoride> gel was no less effective than varnish in preventing {caries}.", "lowers"),
        ("{Falls} were fewer with 4,000 IU than with 800 IU of <vitamin D>.", "lowers"),
    ],
)
def test_what_looks_like_a_denial_and_asserts(text: str, said: str) -> None:
    assert stated(text) == said


def test_a_later_clause_takes_what_it_leaves_out_from_the_one_before() -> None:
    sentence, [nutrient], [first, second] = read("<Selenium> reduced {prostate cancer} but increased {diabetes}.")
    assert (sign(sentence, nutrient, first, CUES), sign(sentence, nutrient, second, CUES)) == ("lowers", "raises")
    sentence, [nutrient], [first, second] = read("<Iron> relieved {fatigue}, but not {cramps}.")
    assert (sign(sentence, nutrient, first, CUES), sign(sentence, nutrient, second, CUES)) == ("improves", "none")


@pytest.mark.parametrize(
    "text",
    [
        "<Iron> eases {fatigue} and <zinc> shortens {colds}.",
        "<Niacin> deficiency causes {pellagra}; <thiamine> deficiency causes {beriberi}.",
        "<Vitamin A> prevents {measles}, and <iodine> prevents {goitre}.",
        "<Calcium> raised {kidney stones}, whereas <magnesium> lowered {migraine}.",
        "<Iron> treats {anaemia} while <zinc> treats {diarrhoea}.",
        "{Fatigue} improved with <iron> and {cramps} improved with <magnesium>.",
        "<Vitamin C> and <vitamin D> deficiency cause {scurvy} and {rickets}, respectively.",
        "<Iron> and <zinc> relieve {fatigue} and {colds} respectively.",
        "<Folate> lowered {stroke} but <vitamin E> raised {bleeding}.",
        "<Zinc> shortens {colds}; <iron> relieves {fatigue}; <vitamin A> prevents {blindness}.",
    ],
)
def test_claims_of_two_nutrients_are_not_crossed(text: str) -> None:
    sentence, nutrients, outcomes = read(text)
    crossed = {
        (n, o): stated_apart(sentence, nutrient, outcome)
        for n, nutrient in enumerate(nutrients)
        for o, outcome in enumerate(outcomes)
    }
    assert crossed == {(n, o): n != o for n, o in crossed}


@pytest.mark.parametrize(
    "text",
    [
        "<Iron> and <zinc> relieve {fatigue} and {colds}.",
        "<Vitamin D>, with or without <calcium>, reduced {falls} and {fractures}.",
        "<Iron> relieved {fatigue} but not {cramps}.",
        "<Vitamin D> reduced {falls} and {fractures} fell too.",
        "Both <folate> and <iron> lowered {anaemia} (RR 0.7 and 0.8, respectively) and {mortality}.",
    ],
)
def test_lists_share_their_claims(text: str) -> None:
    sentence, nutrients, outcomes = read(text)
    assert not any(stated_apart(sentence, n, o) for n in nutrients for o in outcomes)


@pytest.mark.parametrize(
    ("text", "relation", "factuality"),
    [
        ("It is a myth that vitamin C prevents pneumonia.", "no_effect", "Factual"),
        ("It is simply not true that zinc cures asthma.", "no_effect", "Factual"),
        ("The belief that vitamin E prevents stroke has been refuted.", "no_effect", "Factual"),
        ("Older studies suggested that selenium prevents asthma, but our trial found no such effect.",
         "no_effect", "Factual"),
        ("Calcium supplements are unlikely to prevent fractures.", "decreases_risk", "Doubtful"),
        ("It is doubtful that zinc prevents pneumonia.", "decreases_risk", "Doubtful"),
        ("Vitamin E was once thought to prevent stroke.", "decreases_risk", "Doubtful"),
        ("Myth: Vitamin C prevents pneumonia.", "decreases_risk", "Doubtful"),
        ("There is no doubt that vitamin D deficiency causes rickets.", "increases_risk", "Factual"),
        ("An increase in stroke with vitamin E supplements cannot be ruled out.", "increases_risk", "Possible"),
    ],
)  # fmt: skip
def test_the_stance_that_a_sentence_takes(text: str, relation: str, factuality: str) -> None:
    [claim] = claims(text)
    assert (claim.relation, claim.factuality) == (relation, factuality)


@pytest.mark.parametrize(
    "text",
    [
        "Compared with <iron> alone, <zinc> lowered {anaemia}.",
        "{Falls} were rarer with <vitamin D> than with <calcium>.",
        "High <potassium> causes {hyperkalemia}.",
        "<Iron> from meat raised {iron absorption}.",
        "Before the intervention, {anaemia} was similar with <iron> and placebo.",
        "The causes of restless legs include {diabetes}, pregnancy, and <iron> deficiency.",
    ],
)
def test_what_only_stands_by_claims_nothing(text: str) -> None:
    sentence, nutrients, outcomes = read(text)
    assert stands_by(sentence, nutrients[-1] if "than" in text else nutrients[0], outcomes[0], "unspecified")


@pytest.mark.parametrize(
    "text",
    [
        "{Falls} were rarer with <vitamin D> than with placebo.",
        "{Anaemia} was commoner with placebo than with <iron>.",
        "<Vitamin C> raised {iron absorption}.",
        "At baseline anaemia was similar, and after a year {anaemia} was rarer with <iron>.",
    ],
)
def test_what_acts_is_no_bystander(text: str) -> None:
    sentence, nutrients, outcomes = read(text)
    assert not stands_by(sentence, nutrients[0], outcomes[0], "supplementation")


def test_a_lack_that_the_nutrient_relieves_is_an_outcome() -> None:
    sentence, nutrients, outcomes = read("<Iron> corrected {iron deficiency}.")
    assert not stands_by(sentence, nutrients[0], outcomes[0], "supplementation")
    assert stands_by(sentence, nutrients[0], outcomes[0], "status")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<Sodium> intake had a J-shaped relation to {mortality}.", "undirected"),
        ("<Taurine> blunted the exercise-induced rise in {lactate}.", "lowers"),
        ("<Creatine> prevented the loss of {muscle strength}.", "raises"),
        ("{Phosphorylation} was inhibited by placebo but elevated by <whey>.", "raises"),
        ("<Iron> intake in women with {anaemia} was lower than in the others.", "lower_in"),
    ],
)
def test_shapes_blunted_changes_contrasts_and_cases(text: str, expected: str) -> None:
    assert stated(text) == expected


def test_what_is_lower_in_the_ill_is_not_told_to_do_harm() -> None:
    [claim] = claims("Zinc intake in children with pneumonia was lower than in healthy children.")
    assert claim.relation in ("associated", "decreases_risk")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ferritin was lower in patients with asthma, whereas folate did not differ.", {"iron", "folate"}),
        ("Iron deficiency causes muscle pain (myalgia).", {"iron"}),
        ("Selenium reduced obesity-related inflammation.", {"selenium"}),
    ],
)
def test_one_claim_is_one_row_and_a_later_clause_may_leave_out_its_outcome(text: str, expected: set[str]) -> None:
    found = claims(text)
    assert sorted(claim.nutrient.name for claim in found) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        "Do not take iron tablets if you have haemochromatosis.",
        "Talk to your doctor before taking vitamin K for thrombosis.",
        "The magnesium salt of esomeprazole prevented gastritis.",
    ],
)
def test_warnings_and_salts_of_drugs_claim_nothing(text: str) -> None:
    assert claims(text) == []


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("Fever occurred in 4.6% of the zinc group and 8.0% of the placebo group (P = 0.03).", "decreases_risk"),
        ("Fever occurred in 8.0% of the placebo group and 4.6% of the zinc group (P = 0.43).", "no_effect"),
        ("Nausea was seen in 12% with iron compared with 5% with placebo (P < 0.001).", "increases_risk"),
    ],
)
def test_numbers_of_two_arms_and_their_test_state_a_direction(text: str, relation: str) -> None:
    sentence, nutrients, outcomes = read(re.sub(r"(zinc|iron)", r"<\1>", re.sub(r"(Fever|Nausea)", r"{\1}", text)))
    claim = Claim("", sentence, nutrients[0], outcomes[0], "supplementation", "associated", "na", "Factual",
                  tuple(statistics(sentence)), 0.9)  # fmt: skip
    [settled] = arbitrated([claim], CUES)
    assert settled.relation == relation


def test_the_exact_relation_is_that_of_the_words() -> None:
    sentence, nutrients, outcomes = read("<Selenium> significantly reduced the odds of {pre-eclampsia}.")
    claim = Claim("", sentence, nutrients[0], outcomes[0], "supplementation", "improves", "na", "Factual")
    [settled] = arbitrated([claim], CUES)
    assert settled.relation == "decreases_risk"
