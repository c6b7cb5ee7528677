"""In: sources, an output folder and a cron line. Out: a Prefect deployment, served by this process until it ends."""

import hashlib
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy
from prefect.client.schemas.schedules import CronSchedule
from prefect.flows import flow
from prefect.types.entrypoint import EntrypointType

from flows.evidence import hush_at_exit, write_evidence
from pipeline.config import Settings
from pipeline.errors import WordError
from pipeline.import_path import import_path
from pipeline.logs import now

RETRIES = 2
RETRY_SECONDS = 300
"""What a later attempt may find mended: a full disk, a folder that is not mounted, another run that holds the folder.
It goes on where the first stopped."""
ONE_AT_A_TIME = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)


@flow(
    name="scheduled-evidence",
    flow_run_name="evidence into {out}",
    retries=RETRIES,
    retry_delay_seconds=RETRY_SECONDS,
    persist_result=False,
)
def scheduled_evidence(paths: list[str], out: str, options: dict[str, Any] | None = None) -> None:
    """Do what the flow `evidence` does, again after a while where it fails, and say in a line what came of it."""
    hush_at_exit()
    summary = write_evidence(paths, out, options)
    print(f"{now()} {out}: {summary}", file=sys.stderr, flush=True)
    for line in summary.changes.moved if summary.changes else ():
        print(f"{now()} {out}: {line}", file=sys.stderr, flush=True)


def deployment_name(out: str | Path) -> str:
    """Return the name of the deployment of an output folder: each folder has one, and so one run at a time."""
    path = Path(out).absolute()
    return f"{path.name or 'root'}-{hashlib.sha256(os.fsencode(path)).hexdigest()[:8]}"


def schedule_of(cron: str, timezone: str = "UTC") -> CronSchedule:
    """Return the schedule that a cron line means. Raises `ValueError` with one sentence."""
    try:
        CronSchedule(cron=cron)
    except ValueError:
        raise WordError(
            f'"{cron}" is no cron line; give minute, hour, day, month and weekday, such as "0 6 * * *" for six.'
        ) from None
    try:
        return CronSchedule(cron=cron, timezone=timezone)
    except ValueError:
        raise WordError(f'"{timezone}" is no time zone; give its name, such as Europe/Paris.') from None


def serve(paths: Sequence[str], out: str | Path, schedule: CronSchedule, *, settings: Settings) -> None:
    """Make the deployment in the Prefect API of the settings, and carry out its runs until this process is ended."""
    hush_at_exit()
    # Prefect's runner says so of itself where a signal comes while it makes the deployment
    warnings.filterwarnings("ignore", r"coroutine 'Runner\.astop' was never awaited", RuntimeWarning)
    os.environ["PYTHONSAFEPATH"] = "1"  # a `flows` of the folder that it is started in is not ours
    os.environ["PYTHONPATH"] = import_path()
    scheduled_evidence.serve(
        name=deployment_name(out),
        schedules=[schedule],
        parameters={
            "paths": [path if "://" in path else str(Path(path).absolute()) for path in paths],
            "out": str(Path(out).absolute()),
            "options": settings.model_dump(mode="json"),
        },
        description=f"Evidence tables in {Path(out).absolute()}",
        tags=["provender"],
        global_limit=ONE_AT_A_TIME,
        limit=1,
        entrypoint_type=EntrypointType.MODULE_PATH,
        print_starting_message=False,
    )
