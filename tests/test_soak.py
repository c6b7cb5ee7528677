"""Weeks of nightly runs with a fault every other night: no row and no decision is lost (`make soak`).

`PROVENDER_SOAK` says how many nights, `PROVENDER_SEED` which. Sources come, change and go; a reviewer decides.
With `PROVENDER_SOAK_FOLDER` the nights lie there, and a soak that was stopped goes on with the night it was in.
"""

import contextlib
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from conftest import ROOT
from reading import extractor
from reviewing import Cells, table, type_into

from pipeline import run
from pipeline.config import Settings
from pipeline.runs.intake import ledger_of
from pipeline.store import OutputFolder
from pipeline.tables import read_sources

NIGHTS = int(os.environ.get("PROVENDER_SOAK", "200"))
FAST = Settings(model="fast", workers=1, figures=False)
PAGE = """Minerals, part {name}

Iron deficiency causes restless legs syndrome in {number} of 999 adults. Zinc supplementation reduces the risk of the
common cold. Magnesium supplementation did not improve insomnia in {number} women (p = 0.42).
"""
FAULTS = ("run killed", "worker killed", "disk full", "folder vanished", "shard damaged")
ANSWERS = ("accepted", "rejected", "unsure")
MOST_CHANGES = 14
"""A kill comes after so many changes of the output folder at most, wherever the run then is."""


class Nights:
    """A folder of sources, its tables, and what both should hold."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.sources, self.out, self.progress = folder / "articles", folder / "out", folder / "soak.json"
        self.seed, self.chance = seed, random.Random(seed)
        self.number, self.is_day = 0, True
        self.decided: dict[str, str] = {}
        self.typed_over: list[str] = []
        self.n_said = self.n_kills = self.n_written = 0
        self.met: Counter[str] = Counter()
        self._claims: dict[str, dict[str, str]] = {}
        if self.progress.exists():
            vars(self).update(json.loads(self.progress.read_text()))
            self.met = Counter(self.met)
            return
        self.sources.mkdir(parents=True)
        for _ in range(6):
            self._write(f"page-{self.n_written:03}.txt")

    def _keep(self) -> None:
        kept = ("number", "is_day", "decided", "typed_over", "n_said", "n_kills", "n_written", "met")
        beside = self.progress.with_suffix(".new")
        beside.write_text(json.dumps({name: vars(self)[name] for name in kept}))
        beside.replace(self.progress)

    def pass_one(self) -> None:
        """A day and the night after it, undisturbed or with a fault, in turn; the same for the same seed and number."""
        if self.is_day:
            self.chance.seed(f"day {self.number} of {self.seed}")
            self.day()
            self.is_day = False
            self._keep()
        self.chance.seed(f"night {self.number} of {self.seed}")
        fault = self.chance.choice(FAULTS) if self.number % 2 else ""
        if fault:
            self.disturbed_night(fault)
        else:
            self.undisturbed_night()
        self.met[fault or "undisturbed"] += 1
        self.number, self.is_day = self.number + 1, True
        self._keep()

    def undisturbed_night(self) -> None:
        """A run that meets no fault: the tables hold what the sources give."""
        run([self.sources], self.out, settings=FAST)
        self.check()

    def _write(self, name: str) -> None:
        self.n_written += 1
        (self.sources / name).write_text(PAGE.format(name=name, number=self.n_written))

    def pages(self) -> list[Path]:
        return sorted(self.sources.iterdir())

    def expected(self) -> dict[str, str]:
        """The claims that the sources make, each with its sentence."""
        found: dict[str, str] = {}
        for page in self.pages():
            key = f"{page.name} {page.read_text()}"
            if key not in self._claims:
                rows = extractor().rows(extractor().read(page)[0])
                self._claims[key] = {row.claim_id: row.sentence for row in rows}
            found |= self._claims[key]
        return found

    def day(self) -> None:
        """Sources change, and somebody reads the tables and decides."""
        chance = self.chance.random()
        if chance < 0.2:
            self._write(self.chance.choice(self.pages()).name)
        elif chance < 0.3:
            self._write(f"page-{self.n_written:03}.txt")
        elif chance < 0.4 and len(self.pages()) > 4:
            self.chance.choice(self.pages()).unlink()
        if self.chance.random() < 0.5 and (self.out / "evidence.csv").exists():
            row: Cells = self.chance.choice(table(self.out / "evidence.csv"))
            if row["review_note"] and row["review_note"] not in self._told():
                self.typed_over.append(row["review_note"])  # by the same reviewer, before any run could take it in
            answer = self.chance.choice([a for a in ANSWERS if a != row["review_status"]])
            said = {"review_status": answer, "reviewer": "Ann", "review_note": f"night {self.n_said}"}
            type_into(self.out / "evidence.csv", {row["claim_id"]: said})
            self.decided[row["claim_id"]] = answer
            self.n_said += 1

    def disturbed_night(self, fault: str) -> None:
        """A run that meets a fault, as a scheduler starts it."""
        sources = self.sources
        if fault == "folder vanished":
            sources = self.sources.with_name("unmounted")
            sources.mkdir(exist_ok=True)
        if fault == "shard damaged":
            self._damage()
        room = self.chance.choice((1, 100, 1_000, 10_000, 100_000))
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline.cli", "run", str(sources), "--out", str(self.out), "--plain"],
            cwd=ROOT,
            env=os.environ | {"PROVENDER_MODEL": "fast", "PROVENDER_WORKERS": "1", "PROVENDER_FIGURES": "false"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room,) * 2))
            if fault == "disk full"
            else None,
        )
        if fault in ("run killed", "worker killed"):
            self._kill(process.pid, worker=fault == "worker killed", after=self.chance.randrange(MOST_CHANGES))
        _, told = process.communicate(timeout=600)
        assert "Traceback" not in told and process.returncode != 70, told

    def _kill(self, pid: int, *, worker: bool, after: int) -> None:
        """Kill a run, or a worker of it, once the output folder has changed so often."""
        changes, last = 0, self._seen()
        with contextlib.suppress(psutil.NoSuchProcess):
            parent = psutil.Process(pid)
            while parent.status() != psutil.STATUS_ZOMBIE:
                seen = self._seen()
                changes, last = changes + (seen != last), seen
                victims = parent.children() if worker else [parent]
                if changes > after and victims:
                    victims[0].send_signal(signal.SIGKILL)
                    self.n_kills += 1
                    return
                time.sleep(0.005)

    def _seen(self) -> set[tuple[str, int]]:
        found = set()
        for folder, _, names in os.walk(self.out):
            for name in names:
                with contextlib.suppress(OSError):
                    found.add((f"{folder}/{name}", (Path(folder) / name).stat().st_mtime_ns))
        return found

    def _damage(self) -> None:
        shards = sorted((self.out / ".provender" / "shards").glob("*/*.parquet"))
        if shards:
            shard = self.chance.choice(shards)
            data = bytearray(shard.read_bytes())
            data[self.chance.randrange(len(data))] ^= 1 << self.chance.randrange(8)
            shard.write_bytes(data)

    def check(self) -> None:
        """After a run that nothing disturbed: every row that the sources give, and every decision ever made."""
        expected = self.expected()
        rows = {row["claim_id"]: row for row in table(self.out / "evidence.csv")}
        assert {claim: row["sentence"] for claim, row in rows.items()} == expected
        assert sorted(row.path for row in read_sources(self.out / "sources.csv")) == [p.name for p in self.pages()]
        for claim, answer in self.decided.items():
            if claim in rows:
                assert rows[claim]["review_status"] == answer, f"the decision on {claim} is lost"
        assert self._told() >= {f"night {number}" for number in range(self.n_said)} - {*self.typed_over}

    def _told(self) -> set[str]:
        """The notes of all decisions in the ledger."""
        with ledger_of(OutputFolder(self.out)) as ledger:
            return {event.note for event in ledger.events if event.field == "review_status"}


@pytest.mark.soak
def test_no_row_and_no_decision_is_lost_over_nights_of_faults(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    folder = Path(os.environ.get("PROVENDER_SOAK_FOLDER", tmp_path))
    nights = Nights(folder, seed=int(os.environ.get("PROVENDER_SEED", "1")))
    while nights.number < NIGHTS:
        nights.pass_one()
    nights.undisturbed_night()
    record_property("soak", dict(nights.met))
