"""How annotated documents are changed before they are learned from: names exchanged, nutrients referred back to."""

import random
from typing import Any

from pipeline.training.referring import referred
from pipeline.training.renaming import renamed


def annotated(*texts: str, nutrient: str, condition: str) -> dict[str, Any]:
    """Return a document whose last sentence makes a claim."""
    claim = {"sid": len(texts) - 1, "nutrient": nutrient, "condition": condition,
             "nutrient_anaphoric": False, "condition_anaphoric": False}  # fmt: skip
    return {"title": texts[0], "sentences": [{"sid": i, "text": t} for i, t in enumerate(texts)], "claims": [claim]}


def test_a_nutrient_named_before_is_referred_back_to() -> None:
    document = annotated(
        "Zinc in children", "Zinc supplementation reduced diarrhoea.", nutrient="Zinc", condition="diarrhoea"
    )
    for seed in range(20):
        changed = referred(document, 1.0, random.Random(seed))
        [claim] = changed["claims"]
        text = changed["sentences"][1]["text"]
        assert "Zinc" not in text and text == f"{claim['nutrient']} reduced diarrhoea."
        assert claim["nutrient_anaphoric"] and claim["nutrient"][0].isupper()
    assert document["claims"][0]["nutrient"] == "Zinc"


def test_a_nutrient_that_is_new_or_stands_in_a_list_keeps_its_name() -> None:
    new = annotated("Children", "Zinc supplementation reduced diarrhoea.", nutrient="Zinc", condition="diarrhoea")
    assert referred(new, 1.0, random.Random(1)) == new
    listed = annotated("Zinc, iron", "Supplements: zinc, iron.", nutrient="iron", condition="growth")
    assert referred(listed, 1.0, random.Random(1)) == listed


def test_a_renamed_nutrient_is_renamed_throughout() -> None:
    document = annotated("Zinc in children", "Zinc reduced diarrhoea.", nutrient="Zinc", condition="diarrhoea")
    changed = renamed(document, ["selenium"], random.Random(1))
    assert changed["title"] == "selenium in children"
    assert changed["sentences"][1]["text"] == "selenium reduced diarrhoea."
    assert changed["claims"][0]["nutrient"] == "selenium"
