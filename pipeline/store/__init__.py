"""In: what was found in each source, once. Out: the same again for every later run, without reading the source."""

from typing import TYPE_CHECKING

from pipeline.lazy import on_demand

if TYPE_CHECKING:
    from pipeline.store.contents import Contents
    from pipeline.store.fingerprint import extractor_version, file_hash, grader_version, package_version, shard_key
    from pipeline.store.folder import Finished, OutputFolder, StoreError, publish
    from pipeline.store.ordered import Ordered
    from pipeline.store.replacement import opened, replace_tables, restore
    from pipeline.store.shards import Extraction, read_shard, write_shard
    from pipeline.store.snapshot import Difference, Snapshot, SnapshotWriter, differences, tallies, write_snapshot

__all__ = [
    "Contents",
    "Difference",
    "Extraction",
    "Finished",
    "Ordered",
    "OutputFolder",
    "Snapshot",
    "SnapshotWriter",
    "StoreError",
    "differences",
    "extractor_version",
    "file_hash",
    "grader_version",
    "opened",
    "package_version",
    "publish",
    "read_shard",
    "replace_tables",
    "restore",
    "shard_key",
    "tallies",
    "write_shard",
    "write_snapshot",
]

__getattr__ = on_demand(
    __name__,
    {
        "Contents": "contents",
        "Difference": "snapshot",
        "Extraction": "shards",
        "Finished": "folder",
        "Ordered": "ordered",
        "OutputFolder": "folder",
        "Snapshot": "snapshot",
        "SnapshotWriter": "snapshot",
        "StoreError": "folder",
        "differences": "snapshot",
        "extractor_version": "fingerprint",
        "file_hash": "fingerprint",
        "grader_version": "fingerprint",
        "opened": "replacement",
        "package_version": "fingerprint",
        "publish": "folder",
        "read_shard": "shards",
        "replace_tables": "replacement",
        "restore": "replacement",
        "shard_key": "fingerprint",
        "tallies": "snapshot",
        "write_shard": "shards",
        "write_snapshot": "snapshot",
    },
)
