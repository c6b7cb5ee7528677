"""Reading a reviewed table however a spreadsheet program left it, and keeping what it says."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from reviewing import save, table
from table_rows import row
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.review import Event, Ledger, LedgerError, Written, carry, decisions_of, edits
from pipeline.review.cells import date_of, differs, meaning
from pipeline.store import OutputFolder, Snapshot
from pipeline.tables import EVIDENCE, SheetError, read_sheet, write_table

SENTENCES = ("Low iron was associated with fatigue.", "Zinc improved sleep in 12 of 30 adults.")
IDS = ("0012345678901234", "1234567890123e45")


def rows() -> list[dict[str, str]]:
    """Two claims of which a spreadsheet takes the ids for numbers."""
    claims = [
        row(
            claim_id=claim_id,
            sentence=sentence,
            sentence_start=100 * n,
            sentence_end=100 * n + len(sentence),
            nutrient_start=100 * n,
            nutrient_end=100 * n + 4,
            condition_start=100 * n + 5,
            condition_end=100 * n + 9,
        )
        for n, (claim_id, sentence) in enumerate(zip(IDS, SENTENCES, strict=True), start=1)
    ]
    with TemporaryDirectory() as scratch:
        write_table(Path(scratch, "evidence.csv"), EVIDENCE, claims)
        return table(Path(scratch, "evidence.csv"))


def said(path: Path) -> dict[str, dict[str, str]]:
    """What a reviewed table says, by claim."""
    found = edits(
        read_sheet(path, ("source_id", "sentence")), Written(Snapshot.of(EVIDENCE.header, rows())), {}, (),
        origin=path.name, said_at="2026-01-01T00:00:00Z",
    )  # fmt: skip
    assert not found.notes, found.notes
    by_claim: dict[str, dict[str, str]] = {}
    for event in found.events:
        by_claim.setdefault(event.claim_id, {})[event.field] = event.value
    return by_claim


def as_number(cells: dict[str, str]) -> dict[str, str]:
    return {**cells, "claim_id": f"{float(cells['claim_id']):.14E}"}


Habit = Callable[[Path, list[dict[str, str]]], None]
HABITS: dict[str, Habit] = {
    "as it was written": lambda path, table: save(path, table),
    "semicolons": lambda path, table: save(path, table, delimiter=";", encoding="utf-8"),
    "tabs in UTF-16": lambda path, table: save(path, table, delimiter="\t", encoding="utf-16"),
    "the system's encoding": lambda path, table: save(path, table, encoding="cp1252"),
    "ids as numbers": lambda path, table: save(path, [as_number(cells) for cells in table]),
    "sorted, columns turned round": lambda path, table: save(path, [dict(reversed(c.items())) for c in table[::-1]]),
    "a column added, one deleted": lambda path, table: save(
        path, [{"mine": "x", **{k: v for k, v in c.items() if k != "confidence"}} for c in table]
    ),
    "decimal commas and other dates": lambda path, table: save(
        path,
        [{**c, "effect_value": "0,97", "source_date": "01.03.2024", "reviewed_at": "02.03.2026"} for c in table],
        delimiter=";",
    ),
    "line ends of a Mac": lambda path, table: (
        save(path, table),
        path.write_bytes(path.read_bytes().replace(b"\r\n", b"\r")),
    )[0],
    "told its delimiter": lambda path, table: (
        save(path, table, delimiter=";", encoding="utf-8"),
        path.write_text("sep=;\n" + path.read_text(encoding="utf-8"), encoding="utf-8"),
    )[0],
}


@pytest.mark.parametrize("habit", HABITS)
def test_decisions_and_corrections_are_read_whatever_a_spreadsheet_did(habit: str, tmp_path: Path) -> None:
    found = rows()
    found[0] |= {"review_status": "Reject", "reviewer": "Zoë", "reviewed_at": "2026-03-02"}
    found[1] |= {"relation": "improves", "reviewer": "Zoë", "reviewed_at": "2026-03-02"}
    HABITS[habit](tmp_path / "evidence.csv", found)
    status = {IDS[0]: {"review_status": "rejected"}}
    assert said(tmp_path / "evidence.csv") == {**status, IDS[1]: {"relation": "improves"}}


def test_a_table_saved_without_a_word_says_nothing(tmp_path: Path) -> None:
    for name, habit in HABITS.items():
        found = rows()
        habit(tmp_path / "evidence.csv", found)
        if name != "decimal commas and other dates":
            assert said(tmp_path / "evidence.csv") == {}, name


def test_what_cannot_be_told_is_named_with_the_reason_and_kept(tmp_path: Path) -> None:
    found = rows()
    found[0] |= {"review_status": "acepted"}
    found[1] |= {"sentence": found[0]["sentence"], "sentence_start": "100", "review_status": "accepted"}
    found.append({**found[0], "claim_id": "nothing", "sentence": "Another.", "review_status": "rejected"})
    save(tmp_path / "evidence.csv", found)
    told = edits(
        read_sheet(tmp_path / "evidence.csv", ("source_id",)), Written(Snapshot.of(EVIDENCE.header, rows())), {}, (),
        origin="evidence.csv", said_at="2026-01-01",
    )  # fmt: skip
    assert [note.split(",")[1].split()[1].rstrip(":") for note in told.notes] == ["2", "3", "4"]
    assert "not understood" in told.notes[0] and "sort whole rows" in told.notes[1] and "no claim" in told.notes[2]
    assert [event.value for event in told.events] == ["acepted", "accepted", "rejected"]


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"a,b\r\n1,2\r\n"])
def test_a_file_that_is_no_table_is_one_sentence(content: bytes, tmp_path: Path) -> None:
    for name in ("evidence.csv", "evidence.xlsx"):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(SheetError, match="cannot be read") as told:
            list(read_sheet(tmp_path / name, ("source_id", "sentence")))
        assert "\n" not in str(told.value)


def test_cells_mean_what_they_meant_before_the_spreadsheet() -> None:
    assert date_of("2.3.2026") == date_of("3/2/26") == date_of("March 2, 2026") == "2026-03-02"
    assert date_of("25/12/2025") == "2025-12-25" and date_of("soon") == "soon"
    assert meaning("review_status", " OK ") == "accepted" and meaning("review_status", "correct") is None
    assert meaning("relation", "Improves") == "improves" and meaning("relation", "") is None
    assert meaning("sample_size", "80.0") == "80" and meaning("sample_size", "many") is None
    assert not differs("p_value", "0,003", "0.003") and not differs("population", "2026-03-12", "12-3")
    assert differs("population", "children", "adults") and differs("review_note", "", "see Lee")


def event(claim_id: str, field: str, value: str, **more: object) -> Event:
    return replace(Event(claim_id, field, value, source_id="page.txt", reviewer="Ann", said_at="2026-03-01"), **more)


def test_a_ledger_is_only_added_to_and_notices_every_change(tmp_path: Path) -> None:
    path, witness = tmp_path / "review.sqlite", tmp_path / "ledger.json"
    with Ledger(path, witness=witness) as ledger:
        ledger.append([event("a", "review_status", "accepted"), event("a", "relation", "improves")])
    with Ledger(path, witness=witness) as ledger:
        ledger.append([event("b", "review_status", "rejected")])
        assert [entry.number for entry in ledger.events] == [1, 2, 3] and ledger.events[0].recorded_at
    connection = sqlite3.connect(path)
    for order in ("DELETE FROM event WHERE number = 3", "UPDATE event SET value = 'accepted'"):
        with pytest.raises(sqlite3.IntegrityError, match="only added to"):
            connection.execute(order)
    connection.execute("DROP TRIGGER no_removal")
    connection.execute("DELETE FROM event WHERE number = 3")
    connection.commit()
    connection.close()
    with pytest.raises(LedgerError, match="1 of 3 entries are missing"), Ledger(path, witness=witness):
        pass


def test_the_last_word_holds_and_a_reversal_can_be_reversed() -> None:
    events = [
        event("a", "review_status", "accepted", number=1),
        event("a", "review_status", "rejected", number=2, reviewer="Bo"),
        event("a", "relation", "improves", number=3),
    ]
    assert decisions_of(events)["a"].status == "rejected"
    undone = [*events, event("a", "review_status", "", number=4, reverses=2)]
    assert decisions_of(undone)["a"].status == "corrected" and decisions_of(undone)["a"].review == events[0]
    again = [*undone, event("a", "review_status", "", number=5, reverses=4)]
    assert decisions_of(again)["a"].status == "rejected"


def test_a_decision_goes_to_the_claim_that_took_its_place_and_no_other() -> None:
    written = dict(zip(EVIDENCE.header, next(iter(EVIDENCE.values([row()]))), strict=True))
    made = event("0123456789abcdef", "review_status", "rejected", number=1, row={k: str(v) for k, v in written.items()})
    moved = row(claim_id="f" * 16, exposure="status", sentence_start=500, sentence_end=582, nutrient_start=504,
                nutrient_end=515, condition_start=536, condition_end=549)  # fmt: skip
    other = row(claim_id="e" * 16, sentence="Vitamin B12 helps.", sentence_start=900)
    carried = carry(decisions_of([made]), lambda sources: [[other, moved]])
    (placed,), (changed,) = carried.placed, carried.rows
    assert (placed.state, placed.claim_id_now, changed.review_status) == ("stale", "f" * 16, "rejected")
    assert "stale-decision" in [flag.code for flag in changed.flags]
    (gone,) = carry(decisions_of([made]), lambda sources: [[other]]).placed
    assert gone.state == "gone" and "page.txt" in gone.reason


def test_a_stale_decision_passes_to_the_claim_that_is_decided_on(tmp_path: Path) -> None:
    machine = rows()[1]
    old = Event(
        "f" * 16, "relation", "worsens", was=machine["relation"], row=machine, source_id="page.txt", reviewer="Ann",
        said_at="2026-03-01", number=1,
    )  # fmt: skip
    stale = {IDS[1]: decisions_of([old])["f" * 16]}
    written = rows()
    written[1] |= {"relation": "worsens", "review_status": "corrected", "reviewer": "Ann", "reviewed_at": "2026-03-01"}
    edited = [written[0], {**written[1], "reviewed_at": "2026-04-01"}]
    save(tmp_path / "evidence.csv", edited)
    found = edits(
        read_sheet(tmp_path / "evidence.csv", ("source_id",)), Written(Snapshot.of(EVIDENCE.header, written)), {}, (),
        stale=stale, origin="evidence.csv", said_at="2026-04-01",
    )  # fmt: skip
    now = decisions_of([old, *(replace(event, number=n) for n, event in enumerate(found.events, start=2))])[IDS[1]]
    assert (now.status, {n: e.value for n, e in now.corrections.items()}) == ("corrected", {"relation": "worsens"})


def test_an_old_copy_takes_no_decision_back_but_an_emptied_status_does(tmp_path: Path) -> None:
    written = rows()
    written[0] |= {"review_status": "rejected", "reviewer": "Ann", "reviewed_at": "2026-03-01", "relation": "worsens"}
    held = decisions_of([event(IDS[0], "review_status", "rejected", number=1)])
    for copy, values in ((rows(), []), ([{**written[0], "review_status": ""}, written[1]], [""])):
        save(tmp_path / "evidence.csv", copy)
        found = edits(
            read_sheet(tmp_path / "evidence.csv", ("source_id",)), Written(Snapshot.of(EVIDENCE.header, written)), held,
            (), origin="evidence.csv", said_at="2026-04-01",
        )  # fmt: skip
        assert [event.value for event in found.events] == values and len(found.notes) == 1 - len(values)


def test_a_copy_is_imported_and_the_ledger_exported_and_taken_back(tmp_path: Path) -> None:
    folder = OutputFolder(tmp_path / "out")
    with folder.locked():
        save(folder.path / "evidence.csv", rows())
    copy = rows()
    copy[0] |= {"review_status": "accepted"}
    save(tmp_path / "copy.csv", copy)

    def provender(*arguments: str) -> str:
        told = CliRunner().invoke(app, ["review", *arguments, "--out", str(folder.path)])
        assert told.exit_code == 0, told.output
        return told.output

    assert "1 decisions" in provender("import", str(tmp_path / "copy.csv"), "--reviewer", "Ann")
    assert "1 decisions" in provender("status")
    assert IDS[0] in provender("export") and ",Ann," in provender("export")
    provender("export", "--to", str(tmp_path / "ledger.jsonl"))
    assert "0 decisions" in provender("import", str(tmp_path / "ledger.jsonl"))
    folder.ledger.unlink()
    assert CliRunner().invoke(app, ["review", "status", "--out", str(folder.path)]).exit_code == 1
    assert "1 decisions" in provender("import", str(tmp_path / "ledger.jsonl"))
