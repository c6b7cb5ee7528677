"""Out: a process of Provender's own, set up for its work: quiet parsers, one thread for numbers, rare collections.

Importing the package sets nothing up; a program does so, once, as it begins.
"""

import gc
import os

from pipeline.logs import hold_back_parsers

ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""What keeps libraries of numbers to one thread, as a part of an environment: each worker is one core already."""
_COLLECTION = (50_000, 20, 50)
"""Objects made before Python looks for cycles among them, and such looks before it looks at older ones. Its own numbers
cost a sixth of what loading a large package takes."""


def set_up() -> None:
    """Set this process up; to be called before numpy is loaded. What the user's environment says of threads stays."""
    hold_back_parsers()
    gc.set_threshold(*_COLLECTION)
    for name, number in ONE_THREAD.items():
        os.environ.setdefault(name, number)
