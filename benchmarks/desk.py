"""How fast report.html opens and filters with 20,000 rows, in a real Chromium: `python benchmarks/desk.py`.

A page of 20,000 made-up claims (2,000 sources, 40 nutrients, 60 conditions) is written, opened and filtered. The time
to load is from the navigation to the page being ready for keys, that of a filter from the change to the next frame.
"""

import dataclasses
import random
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from table_rows import COMPARISON_ROW, ROW, SOURCE_ROW

from pipeline.records import Passage
from pipeline.report import ReportContents, write_report
from pipeline.vocabulary import CERTAINTIES, EXPOSURES, RELATIONS

N_CLAIMS, N_SOURCES, N_NUTRIENTS, N_CONDITIONS = 20_000, 2_000, 40, 60
TIMES = 5
FILTER = """
const [facet, value, done] = arguments;
const select = document.getElementById(facet);
const began = performance.now();
select.value = value === null ? '' : select.options[1].value;
select.dispatchEvent(new Event('change'));
requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
"""


def contents() -> ReportContents:
    """Claims that differ as those of a large table do."""
    chance = random.Random(1)
    rows = []
    for number in range(N_CLAIMS):
        row = dataclasses.replace(
            ROW,
            claim_id=f"{number:016x}",
            source_id=f"source-{number % N_SOURCES:05d}.txt",
            nutrient=f"nutrient {chance.randrange(N_NUTRIENTS)}",
            nutrient_id="",
            condition=f"condition {chance.randrange(N_CONDITIONS)}",
            condition_id="",
            exposure=chance.choice(EXPOSURES),
            relation=chance.choice(RELATIONS),
            certainty=chance.choice(CERTAINTIES),
            confidence=chance.random(),
            sentence=f"{ROW.sentence} ({number})",
            sentence_start=100 + 1000 * (number // N_SOURCES),
        )
        rows.append(row)
    sources = [
        dataclasses.replace(SOURCE_ROW, source_id=f"source-{number:05d}.txt", title=f"Article {number}")
        for number in range(N_SOURCES)
    ]
    claims: dict[tuple[str, str, str], list[str]] = {}
    for row in rows:
        claims.setdefault((row.nutrient, row.exposure, row.condition), []).append(row.claim_id)
    bodies = [
        dataclasses.replace(
            COMPARISON_ROW, nutrient=nutrient, nutrient_id="", exposure=exposure, condition=condition, condition_id="",
            claim_ids=tuple(ids), stances={"source-00001.txt": ("harmful", "Low")},
        )
        for (nutrient, exposure, condition), ids in claims.items()
    ]  # fmt: skip

    def passages(source_ids: Collection[str]) -> dict[str, list[Passage]]:
        found: dict[str, list[Passage]] = {}
        for row in rows:
            text = f"{row.sentence} {'Another sentence of the paragraph. ' * 12}"
            found.setdefault(row.source_id, []).append(Passage(row.sentence_start, text))
        return found

    return ReportContents(rows, bodies, sources, passages, n_claims=N_CLAIMS)


def main() -> None:
    """Print the medians of five loads and of five filters of each kind."""
    with tempfile.TemporaryDirectory() as scratch:
        page = Path(scratch, "report.html")
        write_report(page, contents())
        options = ChromeOptions()
        options.binary_location = shutil.which("chromium") or ""
        for flag in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--user-data-dir={scratch}/profile",
        ):
            options.add_argument(flag)
        driver = Chrome(options=options, service=Service(shutil.which("chromedriver")))
        loads, filters = [], []
        for _ in range(TIMES):
            driver.get("about:blank")
            driver.get(page.as_uri())
            while driver.execute_script("return document.body.dataset.ready") != "true":
                time.sleep(0.02)
            loads.append(driver.execute_script("return performance.getEntriesByName('ready')[0].startTime") / 1000)
            for facet in ("facet-nutrient", "facet-relation", "facet-certainty"):
                filters.append(driver.execute_async_script(FILTER, facet, "first"))
                filters.append(driver.execute_async_script(FILTER, facet, None))
        driver.quit()
        size = page.stat().st_size / 1e6
        print(f"{N_CLAIMS} rows, {size:.0f} MB: loads in {statistics.median(loads):.2f} s", end="")
        print(f" ({min(loads):.2f} to {max(loads):.2f}), filters in {statistics.median(filters):.0f} ms", end="")
        print(f" ({min(filters):.0f} to {max(filters):.0f})")


if __name__ == "__main__":
    main()
