"""A round trip through LibreOffice: both tables are opened, reviewed, sorted and saved there; every decision counts."""

import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import pytest
from reviewing import table

from pipeline import run
from pipeline.config import Settings

FAST = Settings(model="fast", workers=1, figures=False)
MACRO = Path(__file__).parent / "office.bas"
CSV, XLSX = "Text - txt - csv (StarCalc)", "Calc MS Excel 2007 XML"
OPENED = "44,34,76,1,,0,false,true"
"""Commas, double quotes, UTF-8, from the first line, any language, numbers and dates recognised."""
SAVED = "59,34,76,1,,0,false,true"
"""The same with semicolons."""
SENTENCE = "Iron deficiency causes restless legs syndrome in {} of 999 adults."
DECISIONS = ("accepted", "rejected", "unsure", "corrected")


def basic(text: str) -> str:
    """A string of LibreOffice Basic."""
    signs = {"\t": "Chr(9)", "\n": "Chr(10)"}
    return " & ".join(signs.get(part) or '"{}"'.format(part.replace('"', '""')) for part in re.split("([\t\n])", text))


def typed(decisions: Mapping[int, Mapping[str, str]]) -> str:
    return "\n".join(f"{row}\t{name}\t{text}" for row, cells in decisions.items() for name, text in cells.items())


def in_libreoffice(soffice: str, profile: Path, calls: list[tuple[str, ...]]) -> None:
    """Have LibreOffice review one table after another, in a profile of its own, which its first start makes."""
    command = [soffice, f"-env:UserInstallation={profile.as_uri()}", "--headless", "--norestore"]
    subprocess.run([*command, "--terminate_after_init"], check=True, timeout=300, capture_output=True)
    lines = [f"  Review({', '.join(map(basic, call))})" for call in calls]
    source = MACRO.read_text() + "\nSub Main\n" + "\n".join(lines) + "\n  StarDesktop.terminate()\nEnd Sub\n"
    (profile / "user" / "basic" / "Standard" / "Module1.xba").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n<script:module xmlns:script="http://openoffice.org/2000/script" '
        f'script:name="Module1" script:language="StarBasic">{escape(source)}</script:module>'
    )
    subprocess.run([*command, "macro:///Standard.Module1.Main"], check=True, timeout=300, capture_output=True)


@pytest.fixture(scope="module")
def soffice() -> str:
    found = shutil.which("soffice")
    if not found and not os.environ.get("CI"):
        pytest.skip("LibreOffice is not installed (apt-get install --no-install-recommends libreoffice-calc)")
    assert found, "LibreOffice is not installed, which CI needs"
    return found


def test_both_tables_reviewed_sorted_and_saved_in_libreoffice(soffice: str, tmp_path: Path) -> None:
    (tmp_path / "articles").mkdir()
    page = "Iron\n\n" + " ".join(SENTENCE.format(number) for number in range(2, 700))
    (tmp_path / "articles" / "page.txt").write_text(page)
    out = run([tmp_path / "articles"], tmp_path / "out", settings=FAST).out
    written = table(out / "evidence.csv")
    like_numbers = [n for n, row in enumerate(written, 1) if re.fullmatch(r"\d+(e\d+)?", row["claim_id"])]
    assert like_numbers, "no claim has an id that a spreadsheet takes for a number"
    numbers = [*like_numbers[:1], *(n for n in range(10, 400, 40) if n not in like_numbers)][:8]
    reviews: dict[int, dict[str, str]] = {
        number: {"review_status": DECISIONS[place % 4], "reviewer": f"R{place}", "reviewed_at": f"2026-0{place + 1}-02"}
        for place, number in enumerate(numbers)
    }
    reviews[numbers[3]] |= {"relation": "improves", "review_note": "says better, not worse; see Lee"}
    first, second = dict(list(reviews.items())[:4]), dict(list(reviews.items())[4:])
    saved = tmp_path / "saved"
    saved.mkdir()
    in_libreoffice(
        soffice,
        tmp_path / "profile",
        [
            (str(out / "evidence.csv"), CSV, OPENED, str(saved / "evidence.csv"), CSV, SAVED, typed(first)),
            (str(out / "evidence.xlsx"), XLSX, "", str(saved / "evidence.xlsx"), XLSX, "", typed(second)),
        ],
    )
    text = (saved / "evidence.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[0].count(";") >= 40
    for file in saved.iterdir():
        shutil.copy(file, out / file.name)
    summary = run([tmp_path / "articles"], out, settings=FAST)
    assert summary.notes == () and dict(summary.decisions) == {"in force": 8}
    now = table(out / "evidence.csv")
    assert [row["claim_id"] for row in now] == [row["claim_id"] for row in written]
    names = ("review_status", "reviewer", "reviewed_at")
    found = {n: tuple(row[name] for name in names) for n, row in enumerate(now, 1) if row["review_status"]}
    assert found == {n: tuple(cells[name] for name in names) for n, cells in reviews.items()}
    corrected = now[numbers[3] - 1]
    assert corrected["relation"] == "improves" and corrected["review_note"] == "says better, not worse; see Lee"
    assert "by R3 on 2026-04-02" in corrected["certainty_reasons"]
    unchanged = [name for name in written[0] if name not in (*names, "review_note", "relation", "certainty_reasons")]
    assert [[row[name] for name in unchanged] for row in now] == [[row[name] for name in unchanged] for row in written]
