"""Counts at their bounds: nobody, everybody, and events told beside groups of the same size."""

from pathlib import Path

import pytest

from pipeline.config import load_settings
from pipeline.extractor import Extractor


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor.load(load_settings(model="fast"))


@pytest.mark.parametrize(
    "told",
    [
        "Selenium increased mortality: there were 26 deaths in the selenium arm and 12 in the placebo arm.",
        "Iron did not change mortality: there were 0 deaths in the iron arm and 0 in the placebo arm.",
        "Zinc did not reduce diarrhoea: 20 of 20 patients on zinc had it and 20 of 20 on placebo (RR 1.0).",
        "Zinc increased diarrhoea, in 100% of the zinc group and 0% of the placebo group (OR 12, 95% CI 3 to 40).",
    ],
)
def test_counts_at_their_bounds_cost_no_source(told: str, extractor: Extractor, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    page.write_text(f"Minerals: a randomised trial\n\n{told}\n")
    [document] = extractor.read(page)
    assert extractor.rows(document)
