"""Settings from the environment, and where a profile lies when nobody says."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Read from ``NXCRM_…``. No password is among them: who needs one reads it when it is needed."""

    model_config = SettingsConfigDict(env_prefix="NXCRM_", env_ignore_empty=True, extra="ignore")

    profile: Path | None = None
    """The profile folder."""


def profile_folder(settings: Settings | None = None) -> Path:
    """The profile folder: ``NXCRM_PROFILE``, else the platform's place for a user's data."""
    chosen = (settings or Settings()).profile
    return chosen.expanduser() if chosen else user_data_path("nxcrm", appauthor=False) / "profile"
