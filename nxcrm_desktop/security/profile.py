"""The profile folder: where it keeps what, and whom it belongs to. No secret in it lies in the clear."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import msgspec

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.envelope import COSTS, Costs
from nxcrm_desktop.security.files import write_atomically
from nxcrm_desktop.security.unlock import Keys

FORMAT = 1
_FILE = "profile.json"


class _Stored(msgspec.Struct, frozen=True):
    format: int
    server: str
    user: str
    user_id: str
    device_id: str
    ca_file: str | None = None


@dataclass(frozen=True, slots=True)
class Profile:
    """One user on one device. ``server`` is a URL; ``ca_name`` the organisation's authority, a file in it."""

    folder: Path
    server: str
    user: str
    user_id: str
    device_id: str
    ca_name: str | None = None

    @classmethod
    def open(cls, folder: Path) -> Profile:
        """The profile in ``folder``. NxcrmError ``profile_missing``, ``profile_damaged``, ``profile_newer``."""
        try:
            stored = msgspec.json.decode((folder / _FILE).read_bytes(), type=_Stored)
        except (FileNotFoundError, NotADirectoryError) as problem:
            raise _missing(folder) from problem
        except (msgspec.DecodeError, UnicodeDecodeError) as problem:
            raise _damaged(folder) from problem
        if stored.format > FORMAT:
            raise _newer(folder)
        ca_name = Path(stored.ca_file).name if stored.ca_file else None  # a name, never a way out of the folder
        return cls(folder, stored.server, stored.user, stored.user_id, stored.device_id, ca_name)

    def save(self) -> None:
        """Writes profile.json."""
        stored = _Stored(FORMAT, self.server, self.user, self.user_id, self.device_id, self.ca_name)
        write_atomically(self.folder / _FILE, msgspec.json.format(msgspec.json.encode(stored)) + b"\n")

    def keys(self, costs: Costs = COSTS) -> Keys:
        """The keys of this profile."""
        return Keys(self.folder, user=self.user_id, device=self.device_id, costs=costs)

    @property
    def key_protection(self) -> str:
        """``keyring`` or ``password``."""
        return self.keys().protection.value

    @property
    def store_path(self) -> Path:
        """The encrypted store."""
        return self.folder / "store.db"

    @property
    def blobs(self) -> Path:
        """The encrypted attachments."""
        return self.folder / "blobs"

    @property
    def logs(self) -> Path:
        """The logs, free of personal data."""
        return self.folder / "logs"

    @property
    def ca_file(self) -> Path | None:
        """The organisation's own certificate authority."""
        return self.folder / self.ca_name if self.ca_name else None


def _missing(folder: Path) -> NxcrmError:
    return NxcrmError(
        "profile_missing",
        f"There is no profile in {folder}.",
        safe="Nothing was changed.",
        todo="Enrol this device first (nxcrm enroll), or name the right folder.",
    )


def _damaged(folder: Path) -> NxcrmError:
    return NxcrmError(
        "profile_damaged",
        f"The profile in {folder} cannot be read.",
        safe="Nothing was changed.",
        todo="Restore profile.json from a backup, or enrol again.",
    )


def _newer(folder: Path) -> NxcrmError:
    return NxcrmError(
        "profile_newer",
        f"The profile in {folder} was made by a newer version of nxcrm.",
        safe="Nothing was changed.",
        todo="Update nxcrm.",
    )
