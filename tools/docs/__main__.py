"""Write every page that is made of the code, or say which are not what the code gives.

    python -m tools.docs [--check] [--reference ../shared]

With the reference folder, the figures of the README too, which takes minutes. The exit status of --check is 1 where a
page differs.
"""

import argparse
import sys
from pathlib import Path

from tools.docs import PAGES, ROOT


def main() -> int:
    """Write or check the pages; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing")
    parser.add_argument("--reference", type=Path, help="the reference folder")
    given = parser.parse_args()
    pages = dict(PAGES)
    if given.reference:
        from tools.docs.readme import readme

        pages["README.md"] = lambda page: readme(PAGES["README.md"](page), given.reference)
    differing = []
    for name, make in pages.items():
        path = ROOT / name
        page = path.read_text(encoding="utf-8")
        if (made := make(page)) != page:
            differing.append(name)
            if not given.check:
                path.write_text(made, encoding="utf-8")
    for name in differing:
        print(f"{name} {'is not what the code gives; run: make docs' if given.check else 'was written'}")
    return int(given.check and bool(differing))


if __name__ == "__main__":
    sys.exit(main())
