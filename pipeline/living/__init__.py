"""In: what a run was given and what became of it. Out: what a living review reports: flow, methods, crate."""

from pipeline.living.crate import NAME as CRATE
from pipeline.living.crate import OF_THE_RUN, write_crate
from pipeline.living.flow import COLUMNS, flow_rows, standings
from pipeline.living.history import write_history
from pipeline.living.methods import Methods, write_methods
from pipeline.living.searches import searches_of

__all__ = [
    "COLUMNS",
    "CRATE",
    "OF_THE_RUN",
    "Methods",
    "flow_rows",
    "searches_of",
    "standings",
    "write_crate",
    "write_history",
    "write_methods",
]
