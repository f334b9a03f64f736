"""Every setting, in one class: variables ``ATELIER_*``, or the same names in a ``.env`` file.

``atelier doctor`` lists them. A secret is a ``SecretStr``: it prints as stars everywhere.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from atelier import redis_client, redis_server
from atelier.errors import BadInput

# Setting → the schemes that its part understands: as a pattern, and in words.
_ADDRESSES = {
    "redis_url": (r"rediss?(\+sentinel)?|unix", "redis://, rediss://, unix:// or redis+sentinel://"),
    "database_url": (r"(sqlite|postgres|postgresql)(\+\w+)?", "sqlite:// or postgresql://"),
    "artefacts_url": (r"\w+", "s3:// or file://"),
    "discord_api_base": (r"https?", "https://"),
    "telegram_api_base": (r"https?", "https://"),
}


class Settings(BaseSettings):
    """What a person running a studio can change. Defaults serve one machine with nothing installed."""

    model_config = SettingsConfigDict(
        env_prefix="ATELIER_", env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True,
        env_ignore_empty=True,
    )  # fmt: skip

    home: Path = Field(Path("var"), description="All state of this machine lives under this folder.")

    discord_token: SecretStr | None = Field(None, description="The Discord bot's token; none: no Discord.")
    telegram_token: SecretStr | None = Field(None, description="The Telegram bot's token; none: no Telegram.")
    discord_api_base: str = Field(
        "https://discord.com/api/v10", description="Discord's REST address, or a proxy's."
    )
    telegram_api_base: str = Field(
        "https://api.telegram.org", description="The Bot API's address, or a self-hosted server's."
    )
    admins: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Who may administer: platform:id, comma-separated (discord:123,telegram:456)."
    )

    telegram_allowed: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        description="Ids of people and groups that the Telegram bot serves, comma-separated; none: all.",
    )

    redis_url: SecretStr | None = Field(None, description="Redis; none: a private one under home.")
    database_url: SecretStr | None = Field(None, description="SQLAlchemy URL; none: SQLite under home.")
    artefacts_url: str | None = Field(
        None, description="Where works are kept (s3://bucket/path, file:///...)."
    )
    s3_endpoint: str | None = Field(None, description="The address of an S3-compatible server, if not AWS.")

    web: bool = Field(True, description="Whether `atelier up` serves the web page.")
    web_host: str = Field("127.0.0.1", description="The address that the web page listens on.")
    web_port: Annotated[int, Field(ge=0, le=65535)] = Field(8080, description="The web page's port.")
    web_secret: SecretStr | None = Field(
        None, description="Signs the web page's visitor cookies; none: one is made and kept under home."
    )

    device: str = Field("auto", description="Where models run: auto, cpu, cuda, cuda:1.")
    threads: Annotated[int, Field(ge=0)] = Field(0, description="CPU threads for a model; 0: all cores.")
    train_device: str = Field(
        "cpu", description="Where trainings from votes run, beside what serves: cpu, cuda:1, auto."
    )
    train_tracker: Literal["tensorboard", "wandb"] = Field(
        "tensorboard", description="What follows trainings from votes; wandb: Weights & Biases too."
    )
    retrain_days: Annotated[float, Field(ge=0)] = Field(
        0, description="Days between trainings from votes that nobody asked for; 0: none. Never at a start."
    )
    canary_share: Annotated[float, Field(ge=0, le=0.9)] = Field(
        0.1, description="The share of requests that a candidate gets once it passed the gate; 0: none."
    )
    canary_auto: bool = Field(
        True, description="Whether votes alone promote a candidate or take it back; false: they only advise."
    )
    canary_alpha: Annotated[float, Field(gt=0, lt=1)] = Field(
        0.05, description="How likely votes may mislead about a candidate that is no better."
    )
    canary_most: Annotated[int, Field(ge=1)] = Field(
        1000, description="Voted works of a candidate after which nothing was proven and its trial ends."
    )
    soundfont: Path | None = Field(
        None, description="An SF2 file for melodies; none: the built-in instrument."
    )
    harmony: bool = Field(True, description="Whether melodies have chords.")
    candidates: Annotated[int, Field(ge=1, le=8)] = Field(
        1,
        description="Pictures drawn, and poems and tunes made where votes have taught which are liked, for"
        " each one that is posted: the best is, 1 to 8.",
    )
    poem_model: str | None = Field(
        None,
        description="A causal language model (a folder, or a name on a hub) that writes the poems;"
        " none: ours.",
    )
    batch: Annotated[int, Field(ge=0, le=512)] = Field(
        0, description="Works made in one pass, at most; 0: as suits the kind and the device."
    )
    job_timeout: Annotated[int, Field(ge=1)] = Field(120, description="Seconds a work may take.")
    retries: Annotated[int, Field(ge=0)] = Field(
        1, description="How often a work that crashed is tried again."
    )
    person_waiting: Annotated[int, Field(ge=1)] = Field(
        50, description="How many works a person may have asked for and not got yet."
    )
    person_running: Annotated[int, Field(ge=1)] = Field(
        8,
        description="How many of those, of one kind, stand in the queue at once; the others wait behind it.",
    )
    server_waiting: Annotated[int, Field(ge=1)] = Field(
        200, description="How many works a Discord server or a Telegram group may wait for."
    )
    address_waiting: Annotated[int, Field(ge=1)] = Field(
        20, description="How many works one public network address may wait for on the web page."
    )
    studio_waiting: Annotated[int, Field(ge=1)] = Field(
        2000, description="How many works everybody together may wait for; then the studio is full."
    )
    min_free_mib: Annotated[int, Field(ge=0)] = Field(
        100,
        description="Free MiB on the disks of the home and the works; with less, nothing new is accepted.",
    )
    metrics_port: Annotated[int, Field(ge=0, le=65535 - 6)] = Field(
        0,
        description="Prometheus metrics: the web page's port, the other processes' follow it (docs/queue.md);"
        " 0: none.",
    )
    metrics_host: str = Field("127.0.0.1", description="The address that metrics are served on.")
    log_format: Literal["text", "json"] = Field(
        "text", description="text: lines for people; json: one object a line, for a log store."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR."
    )

    @field_validator("admins", "telegram_allowed", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        """``discord:1, telegram:2`` → both."""
        return tuple(v.strip() for v in value.split(",") if v.strip()) if isinstance(value, str) else value

    @field_validator("log_format", mode="before")
    @classmethod
    def _lower(cls, value: object) -> object:
        return value.lower() if isinstance(value, str) else value

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value

    @field_validator(*_ADDRESSES)
    @classmethod
    def _is_url(cls, value: SecretStr | str | None, info: ValidationInfo) -> SecretStr | str | None:
        """An address with one of the schemes that its part understands; told at once, not by a crash."""
        text = value.get_secret_value() if isinstance(value, SecretStr) else value
        pattern, words = _ADDRESSES[str(info.field_name)]
        if text is not None and not re.match(rf"({pattern})://", text):
            raise ValueError(f"it must begin with {words}")
        if text is not None and info.field_name == "redis_url":
            redis_client.watched(text)
        return value

    @classmethod
    def load(cls) -> Settings:
        """The settings of this environment. Raises :class:`BadInput` that names the wrong variable."""
        try:
            return cls()
        except ValidationError as fault:
            first = fault.errors()[0]
            name = "ATELIER_" + str(first["loc"][0]).upper()
            raise BadInput("bad-setting", name=name, why=first["msg"]) from None

    def admin(self, platform: str, platform_id: str) -> bool:
        """Whether this person may administer the whole studio."""
        return f"{platform}:{platform_id}" in self.admins

    def admins_on(self, platform: str) -> list[str]:
        """The ids of the administrators on a platform."""
        pairs = (admin.partition(":") for admin in self.admins)
        return [person for where, _, person in pairs if where == platform]

    @property
    def database(self) -> str:
        """The SQLAlchemy URL in force."""
        if self.database_url:
            return self.database_url.get_secret_value()
        return f"sqlite:///{(self.home / 'atelier.db').resolve()}"

    @property
    def lessons(self) -> Path:
        """The folder of snapshots of votes, trainings from them, and versions that came of it."""
        return (self.home / "learning").resolve()

    @property
    def versions(self) -> Path:
        """The folder of trained versions that the studio has taken in."""
        return self.lessons / "versions"

    @property
    def artefacts(self) -> str:
        """The fsspec URL in force."""
        return self.artefacts_url or (self.home / "artefacts").resolve().as_uri()

    @property
    def redis(self) -> str:
        """The Redis URL in force: without one, the private server's socket that ``atelier up`` opens."""
        if self.redis_url:
            return self.redis_url.get_secret_value()
        return redis_server.url(self.home)
