"""In: nothing. Out: MuPDF without the models that are installed with it, and silent on standard error."""

import sys
from typing import Any

# pymupdf imports these where it finds them: a second, 57 MB and an inference engine that reading text does not need.
LEFT_OUT = ("pymupdf.layout", "pymupdf4llm")


def _load() -> Any:
    held_back = [name for name in LEFT_OUT if name not in sys.modules]
    for name in held_back:
        # Python's own way to say that a module is not to be had; pymupdf goes on without it, and others may import it.
        sys.modules[name] = None  # type: ignore[assignment]
    try:
        import pymupdf

        loaded: Any = pymupdf
    finally:
        for name in held_back:
            del sys.modules[name]
    loaded.TOOLS.mupdf_display_errors(False)
    loaded.TOOLS.mupdf_display_warnings(False)
    return loaded


pymupdf: Any = _load()
