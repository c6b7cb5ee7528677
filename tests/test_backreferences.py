"""What words that refer back stand for where several nutrients could be meant."""

from pipeline.language.backreferences import given
from pipeline.records import Mention, Sentence

NUTRIENTS = ("zinc", "iron", "calcium", "selenium", "vitamin D", "vitamin C", "folate", "magnesium")


def test_of_nutrients_named_equally_often_the_first_is_meant() -> None:
    for turn in range(len(NUTRIENTS)):
        names = NUTRIENTS[turn:] + NUTRIENTS[:turn]
        text = " and ".join(names)
        starts = [text.index(name) for name in names]
        mentions = tuple(
            Mention(start=start, end=start + len(name), text=name, kind="nutrient", name=name)
            for start, name in zip(starts, names, strict=True)
        )
        [meant] = given([Sentence(index=0, start=0, end=len(text), text=text, mentions=mentions)])
        assert meant.name == names[0]
