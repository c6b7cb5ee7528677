"""In: the settings. Out: what reads the sources of a run: processes of this machine, or of a Dask cluster."""

from functools import partial

from pipeline.config import Settings
from pipeline.runs import PoolMaker, RunError
from pipeline.runs.workers import Workers


def pool_of(settings: Settings, *, copied: bool = False) -> PoolMaker:
    """Return what makes the pool of the runner that the settings name; `copied` as `Workers` takes it.

    Raises `RunError` where its packages are not installed.
    """
    if settings.runner == "local":
        return partial(Workers, copied=copied)
    try:
        from flows.cluster import DaskPool
    except ImportError:
        raise RunError("Dask is not installed; say `pip install 'provender[dask]'`, or run without it.") from None
    return DaskPool
