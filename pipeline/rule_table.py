"""The base of every TOML table of rules: typed entries, none unknown, none changed after loading."""

from pydantic import BaseModel, ConfigDict


class RuleTable(BaseModel):
    """A table whose entries are its fields; an entry that it does not know is an error of whoever wrote the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)
