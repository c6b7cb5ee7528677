"""Run a command and write, as JSON, its processor seconds with its children's, seconds by the clock, and peak MB.

    python benchmarks/timed.py RESULT COMMAND ...

It is a small program of its own because Linux counts the memory of who starts a process as that process's, too.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path


def main() -> int:
    """Run the command of the program's arguments; return its exit status."""
    began = time.monotonic()
    process = subprocess.Popen(sys.argv[2:])
    _, status, used = os.wait4(process.pid, 0)
    taken = {
        "processor": used.ru_utime + used.ru_stime,
        "clock": time.monotonic() - began,
        "peak": used.ru_maxrss / 1024,
    }
    Path(sys.argv[1]).write_text(json.dumps(taken), encoding="utf-8")
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
