"""Checking a package with nothing but the package: every file's hash, nothing added, nothing gone, the signature."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.privacy.package import FORMAT, FORMAT_VERSION, MANIFEST, canonical

MAX_FILES = 100_000
MAX_BYTES = 4 * 1024**3
MAX_LIST_BYTES = 128 * 1024**2
"""Of the manifest and of each list of rows: these are read into memory, and a megabyte of ZIP unfolds to a gigabyte."""
_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class Verified:
    """A package that is whole. ``signed_by`` is the fingerprint (SHA-256) of the key, to be compared by other means."""

    valid: bool
    file: str
    made_at: str
    source: str
    complete: bool
    counts: dict[str, int]
    files: int
    documents: int
    missing_documents: int
    signed_by: str


def verify_package(path: Path) -> Verified:
    """Check a package. Raises NxcrmError: ``not_a_package``, ``package_changed`` (with what and where)."""
    try:
        with zipfile.ZipFile(path) as package:
            return _verify(package, path)
    except OSError as error:
        raise NxcrmError("cannot_read", f"{path.name} could not be read ({error.strerror}).") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, ValueError, KeyError,
            TypeError, AttributeError, RecursionError) as error:  # fmt: skip
        # A damaged archive fails in many ways inside the standard library; all of them mean the same to its reader.
        raise _changed(f"The archive is damaged ({type(error).__name__}).") from None
    except zlib.error:
        raise _changed("The archive is damaged.") from None


def _verify(package: zipfile.ZipFile, path: Path) -> Verified:
    names = package.namelist()
    if MANIFEST not in names:
        raise NxcrmError("not_a_package", f"{path.name} is not a package of this program.", todo="Choose another file.")
    if len(names) != len(set(names)) or len(names) > MAX_FILES:
        raise _changed("It holds a file twice, or too many files.")
    if sum(entry.file_size for entry in package.infolist()) > MAX_BYTES:
        raise _changed("It unpacks to more than any package of this program.")
    manifest = _list(package, MANIFEST)
    if manifest["format"] != FORMAT or manifest["format_version"] != FORMAT_VERSION:
        raise NxcrmError("not_a_package", "This is a package of another kind or version.", todo="Update this program.")
    key = _check_signature(manifest)
    _check_files(package, manifest, set(names) - {MANIFEST})
    return Verified(
        True, str(path), str(manifest["made_at"]), str(manifest["source"]), bool(manifest["complete"]),
        dict(manifest["counts"]), len(manifest["files"]),
        sum(name.startswith("documents/") for name in names), len(manifest["missing_documents"]),
        hashlib.sha256(key).hexdigest(),
    )  # fmt: skip


def _check_signature(manifest: dict[str, Any]) -> bytes:
    signature = manifest["signature"]
    key = bytes.fromhex(signature["public_key"])
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(signature["value"]), canonical(manifest))
    except InvalidSignature:
        raise _changed("The list of contents was changed after it was signed.") from None
    return key


def _check_files(package: zipfile.ZipFile, manifest: dict[str, Any], names: set[str]) -> None:
    listed = {str(one["path"]): one for one in manifest["files"]}
    if extra := sorted(names - listed.keys()):
        raise _changed(f"{extra[0]} was added.")
    if gone := sorted(listed.keys() - names):
        raise _changed(f"{gone[0]} is missing.")
    for name, one in listed.items():
        if _sha256(package, name) != one["sha256"]:
            raise _changed(f"{name} was changed.")
    _check_counts(package, manifest)


def _check_counts(package: zipfile.ZipFile, manifest: dict[str, Any]) -> None:
    for entity, count in manifest["counts"].items():
        if len(_list(package, f"data/{entity}.json")) != count:
            raise _changed(f"data/{entity}.json does not hold the {count} records that were counted.")


def _list(package: zipfile.ZipFile, name: str) -> Any:
    if package.getinfo(name).file_size > MAX_LIST_BYTES:
        raise _changed(f"{name} unpacks to more than any of this program.")
    return json.loads(package.read(name))


def _sha256(package: zipfile.ZipFile, name: str) -> str:
    digest = hashlib.sha256()
    with package.open(name) as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _changed(what: str) -> NxcrmError:
    return NxcrmError(
        "package_changed",
        f"This package is not as it was made: {what}",
        safe="Nothing was taken from it.",
        todo="Ask for it again from whoever made it.",
    )
