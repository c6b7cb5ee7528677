"""Out: libraries of numbers kept to one thread, in processes of Provender's own: each worker is one core already."""

import os

ONE_EACH = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
"""What says so, as a part of a process's environment; what the user has set there comes first."""


def keep_to_one() -> None:
    """Say so in this process and those that it starts; to be called before numpy is loaded."""
    for name, number in ONE_EACH.items():
        os.environ.setdefault(name, number)
