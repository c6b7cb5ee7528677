"""In: the pinned dependencies. Out: the holes that are known of each (osv.dev), or that nobody could be asked.

`make audit` runs it, with pip-audit installed.
"""

import subprocess
import sys
from pathlib import Path

CONSTRAINTS = Path(__file__).parent.parent / "constraints.txt"
COMMAND = ("-m", "pip_audit", "--no-deps", "--disable-pip", "--vulnerability-service", "osv", "--requirement")
NOT_REACHED = 3
"""Exit status where nothing was audited; pip-audit leaves with 1 where it finds a hole."""
_OFFLINE = ("ConnectionError", "ConnectTimeout", "ReadTimeout", "Could not connect", "ProxyError")


def verdict(status: int, told: str) -> tuple[int, str]:
    """Return the exit status and what to say, from the status of pip-audit and what it told."""
    if status and any(word in told for word in _OFFLINE):
        return NOT_REACHED, (
            "The database of known holes (osv.dev) cannot be reached, and no dependency was audited; "
            "run make audit on a machine that reaches it."
        )
    return status, told


def main() -> int:
    """Audit the dependencies; return the exit status."""
    done = subprocess.run([sys.executable, *COMMAND, str(CONSTRAINTS)], capture_output=True, text=True, check=False)
    status, said = verdict(done.returncode, f"{done.stdout}{done.stderr}")
    print(said.rstrip())
    return status


if __name__ == "__main__":
    sys.exit(main())
