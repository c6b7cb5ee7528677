"""In: the arguments of a command. Out: what the function behind it gave, for people or as JSON; one module each."""

from pipeline.cli.commands.evaluate import evaluate
from pipeline.cli.commands.explain import explain
from pipeline.cli.commands.fetch import fetch
from pipeline.cli.commands.read import read
from pipeline.cli.commands.replay import replay
from pipeline.cli.commands.restore import restore
from pipeline.cli.commands.review import review
from pipeline.cli.commands.run import run
from pipeline.cli.commands.serve import serve
from pipeline.cli.commands.show import show

__all__ = ["evaluate", "explain", "fetch", "read", "replay", "restore", "review", "run", "serve", "show"]
