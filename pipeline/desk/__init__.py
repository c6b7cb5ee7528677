"""In: the folder of a run. Out: its report, served on this machine; decisions go into the ledger as they are made."""

from pipeline.desk.app import make_app
from pipeline.desk.session import Session

__all__ = ["Session", "make_app"]
