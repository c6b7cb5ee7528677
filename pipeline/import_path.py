"""Where child processes find the package, whatever the folder they are started in holds."""

import os
from pathlib import Path

HOME = str(Path(__file__).parents[1])


def import_path() -> str:
    """Return a value of PYTHONPATH for a child process: the folder of this package first, then what was set before."""
    return os.pathsep.join([HOME, *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))])
