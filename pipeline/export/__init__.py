"""In: the tables of a run. Out: the same for other programs: Parquet, JSON Lines, RIS, CSL-JSON, metafor."""

from pipeline.export.evidence import write_json_lines, write_parquet
from pipeline.export.metafor import write_metafor
from pipeline.export.sources import csl_items, write_csl, write_ris

__all__ = ["csl_items", "write_csl", "write_json_lines", "write_metafor", "write_parquet", "write_ris"]
