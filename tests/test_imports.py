"""Importing any module of the package leaves the process of its user as it was, and no arrow runs back up."""

import ast
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import pytest

from pipeline import vocabulary

ROOT = Path(__file__).resolve().parent.parent
LONGEST_MODULE = 400
"""Lines; a longer one is about two things."""
PROBE = """
import csv, importlib, json, logging, os, signal, sys, warnings

others = json.loads(sys.argv[1])
ours = json.loads(sys.argv[2])

def state():
    loggers = {"": logging.getLogger()} | {
        name: logger for name, logger in logging.Logger.manager.loggerDict.items() if isinstance(logger, logging.Logger)
    }
    return {
        "environment": dict(os.environ),
        "longest csv cell": csv.field_size_limit(),
        "signals": {one.name: str(signal.getsignal(one)) for one in signal.Signals},
        "warnings": [str(one) for one in warnings.filters],
        "loggers": {n: [l.level, l.disabled, l.propagate, len(l.handlers)] for n, l in loggers.items()},
    }

for name in others:
    importlib.import_module(name)
before = state()
for name in ours:
    importlib.import_module(name)
after = state()
after["loggers"] = {name: how for name, how in after["loggers"].items() if name in before["loggers"]}
own = {
    name: logging.getLogger(name).level
    for name in logging.Logger.manager.loggerDict
    if name.split(".")[0] in ("pipeline", "flows") and logging.getLogger(name).level
}
changed = {
    part: {key: [was, after[part].get(key)] for key, was in before[part].items() if after[part].get(key) != was}
    if isinstance(before[part], dict) else [before[part], after[part]]
    for part in before if before[part] != after[part]
}
print(json.dumps({"changed": changed, "own": own}))
"""


def modules(*, all_of_it: bool = False) -> dict[str, ast.Module]:
    """Every module of the product by its name; what runs as a program and what only training needs if `all_of_it`."""
    found = {}
    for package in ("pipeline", "flows"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if all_of_it or not (name.startswith("pipeline.training") or name.endswith("__main__")):
                found[name] = ast.parse(path.read_text(encoding="utf-8"))
    return found


def imported(tree: ast.Module) -> set[str]:
    """The modules that a module names in its imports, those within functions too."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def named_in(tree: ast.Module) -> set[str]:
    """What a module imports, each name with its module: `from a import b` is `a.b`."""
    froms = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module)
    return {f"{node.module}.{alias.name}" for node in froms for alias in node.names} | {
        alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names
    }


def test_importing_every_module_changes_nothing_of_its_host() -> None:
    trees = modules()
    named = sorted({name for tree in trees.values() for name in imported(tree)})
    others = [name for name in named if name.split(".")[0] not in ("pipeline", "flows", "__future__", "fcntl")]
    done = subprocess.run(
        [sys.executable, "-c", PROBE, json.dumps(others), json.dumps(sorted(trees))],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert json.loads(done.stdout.splitlines()[-1]) == {"changed": {}, "own": {}}


ROOMS = (
    (
        "errors",
        "vocabulary",
        "logs",
        "delimited",
        "screen",
        "rule_table",
        "expression_cache",
        "import_path",
        "lazy",
        "mupdf",
        "own_process",
    ),
    ("records", "config"),
    ("places", "lexicons", "ingest"),
    ("language",),
    ("claims",),
    ("grading",),
    ("studies", "synthesis"),
    ("comparison",),
    ("knowledge",),
    ("extractor",),
    ("tables", "store", "figures", "evaluation", "literature"),
    ("review",),
    ("report", "export", "living"),
    ("runs",),
    ("desk",),
    ("api", "component"),
    ("cli",),
)
"""The rooms of the package from the ground up: a module may know those below it, and its own."""


@pytest.mark.parametrize("package", ["pipeline"])
def test_no_arrow_runs_back_up(package: str) -> None:
    floor = {room: number for number, rooms in enumerate(ROOMS) for room in rooms}
    wrong = []
    for name, tree in modules().items():
        if not name.startswith(f"{package}."):
            continue
        own = name.split(".")[1]
        for other in imported(tree):
            parts = other.split(".")
            if parts[0] == "flows" and own != "cli":
                wrong.append(f"{name} knows {other}")
            if parts[0] == package and len(parts) > 1 and floor[parts[1]] > floor[own]:
                wrong.append(f"{name} knows {other}")
    assert wrong == []


def test_no_modules_know_each_other_in_a_circle() -> None:
    trees = modules(all_of_it=True)
    known = {
        name: {home for one in named_in(tree) if (home := _home(one, trees)) != name} for name, tree in trees.items()
    }
    while leaves := {name for name, others in known.items() if not others & known.keys()}:
        known = {name: others for name, others in known.items() if name not in leaves}
    assert known == {}


def _home(name: str, trees: Mapping[str, ast.Module]) -> str:
    """The module that a name of an import stands in."""
    while name and name not in trees:
        name = name.rpartition(".")[0]
    return name


def test_a_module_is_one_noun_and_no_longer_than_can_be_seen_whole() -> None:
    lines = {
        path.relative_to(ROOT).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for package in ("pipeline", "flows", "tools", "benchmarks")
        for path in (ROOT / package).rglob("*.py")
    }
    assert {name: count for name, count in lines.items() if count >= LONGEST_MODULE} == {}


def test_a_closed_set_is_written_down_once() -> None:
    """No module but the vocabulary lists the words of one of its sets; another order of them is a ranking."""
    sets = {
        words: name
        for name, kind in vars(vocabulary).items()
        if not name.startswith("_") and len(words := get_args(kind)) > 2
    }
    found = []
    for name, tree in modules().items():
        for node in ast.walk(tree) if name != "pipeline.vocabulary" else ():
            words = tuple(e.value for e in getattr(node, "elts", ()) if isinstance(e, ast.Constant))
            if words in sets:
                found.append(f"{name}:{node.lineno} writes {sets[words]} anew")
    assert found == []


def test_no_cache_hides_a_file() -> None:
    """A function that keeps its results reads no file, nor asks for what does: tables and models are passed in."""
    found = []
    for name, tree in modules().items():
        functions = {node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
        called = {own: _called(node) for own, node in functions.items()}
        reading = {own for own, names in called.items() if _reads(names)}
        while more := {own for own, names in called.items() if names & reading} - reading:
            reading |= more
        for own, node in functions.items():
            if any("cache" in ast.unparse(decorator) for decorator in node.decorator_list) and own in reading:
                found.append(f"{name}.{own}")
    assert found == []


def _called(function: ast.FunctionDef) -> set[str]:
    calls = (node.func for node in ast.walk(function) if isinstance(node, ast.Call))
    return {getattr(call, "attr", getattr(call, "id", "")) for call in calls}


def _reads(names: set[str]) -> bool:
    return any(name in ("open", "load", "from_directory") or name.startswith(("read_", "load_")) for name in names)
