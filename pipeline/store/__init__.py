"""In: what was found in each source, once. Out: the same again for every later run, without reading the source."""

from pipeline.store.contents import Contents, StoredText
from pipeline.store.fingerprint import extractor_version, file_hash, shard_key
from pipeline.store.folder import Finished, OutputFolder, StoreError, publish
from pipeline.store.shards import Extraction, write_shard
from pipeline.store.snapshot import Difference, differences, write_snapshot
from pipeline.store.spool import Spool

__all__ = [
    "Contents",
    "Difference",
    "Extraction",
    "Finished",
    "OutputFolder",
    "Spool",
    "StoreError",
    "StoredText",
    "differences",
    "extractor_version",
    "file_hash",
    "publish",
    "shard_key",
    "write_shard",
    "write_snapshot",
]
