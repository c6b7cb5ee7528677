"""Importing any module of the package leaves the process of its user as it was, and no arrow runs back up."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
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


def modules() -> dict[str, ast.Module]:
    """Every module of the product by its name, but what runs as a program and what only training needs."""
    found = {}
    for package in ("pipeline", "flows"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
            if not name.startswith("pipeline.training") and not name.endswith("__main__"):
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
    ("errors", "vocabulary", "logs", "delimited"),
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
    ("report", "export"),
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
        if not name.startswith(f"{package}.") or name == "pipeline.tables.documentation":
            continue
        own = name.split(".")[1]
        for other in imported(tree):
            parts = other.split(".")
            if parts[0] == "flows" and own != "cli":
                wrong.append(f"{name} knows {other}")
            if parts[0] == package and len(parts) > 1 and floor[parts[1]] > floor[own]:
                wrong.append(f"{name} knows {other}")
    assert wrong == []


def test_no_cache_hides_a_file() -> None:
    """A function that keeps its results reads no file: tables and models are loaded where they are asked for."""
    reading = {"read_text", "read_bytes", "open", "load", "from_directory"}
    found = []
    for name, tree in modules().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef) and any("cache" in ast.unparse(d) for d in node.decorator_list):
                called = {
                    getattr(call.func, "attr", getattr(call.func, "id", ""))
                    for call in ast.walk(node)
                    if isinstance(call, ast.Call)
                }
                if called & reading:
                    found.append(f"{name}.{node.name}")
    assert found == []
