"""Every default of Provender, once: file, environment (PROVENDER_...) and flags override it, in that order."""

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FilePath, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from pipeline.errors import SettingsError

BUNDLED_MODELS = ("default", "fast")
WITHOUT_BEARING = frozenset({"batch_bytes", "runner", "scheduler", "workers"})
"""Settings of where and how fast a run is: the tables are the same whatever they say."""


class ReadLimits(BaseModel):
    """Limits on one source; a source beyond one of them fails with a reason."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_bytes: int = Field(200_000_000, description="Largest file that is opened, in bytes.")
    max_pages: int = Field(2_000, description="Most pages of a PDF that are read.")
    max_characters: int = Field(20_000_000, description="Longest text of one record, in characters.")
    max_records: int = Field(1_000_000, description="Most records read from one file (MEDLINE, RIS, CSV ...).")
    max_members: int = Field(10_000, description="Most files of a ZIP archive.")
    pdf_password_env: str = Field(
        "PROVENDER_PDF_PASSWORD", description="Environment variable that holds the password of encrypted PDFs."
    )
    pdf_password_file: FilePath | None = Field(
        None, description="A file with passwords of encrypted PDFs, one a line; each is tried."
    )
    max_unpacked_bytes: int = Field(2_000_000_000, description="Most bytes a compressed file may unpack to.")


class PubMedService(BaseModel):
    """The NCBI E-utilities, and what NCBI asks of those who use them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field("https://eutils.ncbi.nlm.nih.gov/entrez/eutils", description="Address of the E-utilities.")
    api_key_env: str = Field("NCBI_API_KEY", description="Environment variable that holds an API key, if there is one.")
    per_second: float = Field(3, gt=0, description="Requests a second without an API key.")
    per_second_with_key: float = Field(10, gt=0, description="Requests a second with an API key.")
    batch_records: int = Field(200, gt=0, description="Records of one request, which become one file.")
    max_found: int = Field(9_999, gt=0, description="Most records of a search that PubMed hands out.")


class EuropePmcService(BaseModel):
    """The RESTful web service of Europe PMC."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str = Field("https://www.ebi.ac.uk/europepmc/webservices/rest", description="Address of the service.")
    per_second: float = Field(5, gt=0, description="Requests a second.")
    page_records: int = Field(500, gt=0, le=1_000, description="Records of one page of results, which become one file.")


class Services(BaseModel):
    """Where articles are fetched from, and how politely; no key stands here, only the name of its variable."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pubmed: PubMedService = Field(default_factory=lambda: PubMedService.model_validate({}))
    europepmc: EuropePmcService = Field(default_factory=lambda: EuropePmcService.model_validate({}))
    page_delay_seconds: float = Field(2, ge=0, description="Pause between two requests to the host of a web page.")
    email: str = Field("", description="Address that services may write to where a fetch troubles them.")
    timeout_seconds: float = Field(60, gt=0, description="Longest silence of a server.")
    max_seconds: float = Field(600, gt=0, description="Longest time that one answer may take.")
    private_redirects: bool = Field(False, description="Whether a server may lead on to hosts of the own network.")
    attempts: int = Field(5, ge=1, description="How often a request is tried.")
    first_wait_seconds: float = Field(1, ge=0, description="Pause before the second attempt; it doubles with each.")
    max_wait_seconds: float = Field(300, gt=0, description="Longest pause that a server may ask for.")


class Settings(BaseSettings):
    """All settings of a run; unknown names in a file or flag are an error."""

    model_config = SettingsConfigDict(env_prefix="PROVENDER_", env_nested_delimiter="__", extra="forbid", frozen=True)

    runner: Literal["local", "dask"] = Field("local", description="Where sources are read: here, or on a Dask cluster.")
    scheduler: str = Field("", description="Address of a running Dask scheduler; none: Dask workers on this machine.")
    workers: int = Field(0, ge=0, description="Worker processes; 0 means one for each CPU core.")
    batch_bytes: int = Field(1_000_000, gt=0, description="Bytes of sources that one task works on.")
    max_seconds: int = Field(600, gt=0, description="Longest time that one record of a source may take.")
    max_memory_mb: int = Field(4_000, gt=0, description="Most memory that a worker process may take, in megabytes.")
    model: str = Field("default", description="default, fast (lexicons and rules), or a scispaCy model's name.")
    scheme: Path | None = Field(None, description="A grading scheme of your own in place of the bundled one.")
    lexicons: Path | None = Field(None, description="A folder of lexicons in place of the bundled ones.")
    retractions: Path | None = Field(None, description="A list of retractions: CSV of Retraction Watch or Crossref.")
    max_dropped_share: float = Field(
        0.5, ge=0, le=1, description="Largest share of the sources of existing tables that a run may leave out."
    )
    follow_links: bool = Field(False, description="Whether links that lead out of a folder of sources are followed.")
    figures: bool = Field(True, description="Whether a run draws pictures of its tables.")
    limits: ReadLimits = Field(default_factory=lambda: ReadLimits.model_validate({}))
    services: Services = Field(default_factory=lambda: Services.model_validate({}))

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags (init) win over the environment, the environment over the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)


def load_settings(file: Path | None = None, **flags: Any) -> Settings:
    """Return the settings from an optional TOML file, the environment and flags (None means not given).

    Raises `SettingsError` where the file cannot be read, or a setting is wrong, which the message names.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    try:
        return _loaded(file, given)
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"The setting {name} is wrong: {first['msg']}.") from None


def _loaded(file: Path | None, given: dict[str, Any]) -> Settings:
    if file is None:
        return Settings(**given)
    if not file.is_file():
        raise SettingsError(f"The configuration file {file} does not exist; give --config the path of a TOML file.")

    class FileSettings(Settings):
        model_config = SettingsConfigDict(toml_file=file)

    try:
        return Settings.model_validate(FileSettings(**given).model_dump())
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"The configuration file {file} cannot be read ({error}); check that it is TOML.") from None
