"""Settings from the environment. What a team decides is in the policy instead, a versioned file."""

import base64
import binascii
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.rules.decision import CannotRun
from bot.rules.policy import Policy

# Hosts whose disk is gone at the next deploy or restart, by the variables that they set.
_EPHEMERAL_DISK = {"DYNO": "Heroku", "GAE_INSTANCE": "Google App Engine", "GAE_SERVICE": "Google App Engine"}


class SettingsError(CannotRun):
    """The environment does not say what is needed; the text names the variable and what it takes."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", populate_by_name=True, frozen=True)

    database_url: Annotated[str, Field(alias="DATABASE_URL")] = "sqlite:///hotwash.db"
    slack_bot_token: Annotated[SecretStr | None, Field(alias="SLACK_BOT_TOKEN")] = None
    slack_app_token: Annotated[SecretStr | None, Field(alias="SLACK_APP_TOKEN")] = None
    slack_signing_secret: Annotated[SecretStr | None, Field(alias="SLACK_SIGNING_SECRET")] = None
    slack_api_url: Annotated[str, Field(alias="SLACK_API_URL")] = "https://slack.com/api/"
    slack_client_id: Annotated[str | None, Field(alias="SLACK_CLIENT_ID")] = None
    slack_client_secret: Annotated[SecretStr | None, Field(alias="SLACK_CLIENT_SECRET")] = None
    url: Annotated[str | None, Field(alias="HOTWASH_URL", pattern=r"^https?://[^/?#\s]+/?$")] = None
    policy_file: Annotated[Path | None, Field(alias="HOTWASH_POLICY")] = None
    key: Annotated[SecretStr | None, Field(alias="HOTWASH_KEY")] = None
    mirrors: Annotated[Path, Field(alias="HOTWASH_MIRRORS")] = Path("mirrors")
    webhook_secret: Annotated[SecretStr | None, Field(alias="HOTWASH_WEBHOOK_SECRET", min_length=16)] = None
    allow_file_remotes: Annotated[bool, Field(alias="HOTWASH_ALLOW_FILE_REMOTES")] = False
    host: Annotated[str, Field(alias="HOST")] = "0.0.0.0"  # noqa: S104 - hosts route to the container's address
    port: Annotated[int, Field(alias="PORT", ge=0, le=65535)] = 8080
    log_level: Annotated[str, Field(alias="LOG_LEVEL")] = "info"

    @model_validator(mode="after")
    def _slash(self) -> Self:
        if not self.slack_api_url.endswith("/"):  # the SDK joins the method's name to it
            object.__setattr__(self, "slack_api_url", self.slack_api_url + "/")
        return self

    @property
    def key_bytes(self) -> bytes | None:
        return self.key.get_secret_value().encode() if self.key else None


def load_settings(**given: object) -> Settings:
    """Raises SettingsError."""
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        said = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise SettingsError(f"The environment is not usable: {said}") from error


def repository_tokens(policy: Policy, environment: Mapping[str, str]) -> dict[str, str]:
    """The token of each repository that has one in the environment, by the repository's name. Raises SettingsError."""
    tokens = {}
    for repository in policy.repositories:
        if repository.token_env is not None:
            if not environment.get(repository.token_env):
                raise SettingsError(
                    f"{repository.token_env} is not set: the policy says that it holds the token of the repository "
                    f"{repository.name!r}."
                )
            tokens[repository.name] = environment[repository.token_env]
    return tokens


def webhook_keys(policy: Policy, environment: Mapping[str, str]) -> dict[str, bytes]:
    """The signing key of each endpoint, by its name. Raises SettingsError."""
    keys = {}
    for hook in policy.webhooks:
        prefix, _, rest = environment.get(hook.secret_env, "").partition("_")
        try:
            key = base64.b64decode(rest, validate=True) if prefix == "whsec" else b""
        except binascii.Error:
            key = b""
        if not 24 <= len(key) <= 64:
            raise SettingsError(
                f"{hook.secret_env} is to hold the key of the webhook {hook.name!r}: `whsec_` and 24 to 64 random "
                'bytes in base64, as `echo "whsec_$(openssl rand -base64 32)"` prints.'
            )
        keys[hook.name] = key
    return keys


def check_for_serving(settings: Settings, environment: dict[str, str]) -> None:
    """What `serve` cannot do without. Raises SettingsError."""
    if settings.slack_bot_token is None:
        raise SettingsError("SLACK_BOT_TOKEN is not set: the bot's token, `xoxb-…`, from the app's OAuth page.")
    if settings.slack_app_token is None and settings.slack_signing_secret is None:
        raise SettingsError(
            "Neither SLACK_APP_TOKEN (Socket Mode, `xapp-…`) nor SLACK_SIGNING_SECRET (HTTP) is set: "
            "nothing could reach the bot."
        )
    if settings.database_url.startswith("sqlite"):
        for variable, host in _EPHEMERAL_DISK.items():
            if variable in environment:
                raise SettingsError(
                    f"DATABASE_URL names SQLite, and {host} ({variable} is set) throws its disk away at every "
                    "restart: the ledger would be lost. Attach a PostgreSQL database and set DATABASE_URL to it."
                )
