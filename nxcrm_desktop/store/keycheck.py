"""Why a file does not open: the key is wrong, or the file is damaged. SQLCipher itself cannot tell the two apart."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.cipher import PAGE_SIZE
from nxcrm_desktop.store.failures import corrupt, translate, wrong_key

_SALT, _MAC = 16, 32
_SALT_MASK = 0x3A  # SQLCipher design, "HMAC salt": each byte of the file's salt xor 0x3a
_PAGES_TRIED = 64


def unreadable(path: Path, dek: bytes, error: Exception) -> NxcrmError | Exception:
    """What to raise when a file did not open."""
    known = translate(error)
    if known is None:
        return error
    if known.code != "store_corrupt":
        return known
    return corrupt("damaged") if key_fits(path, dek) else wrong_key()


def key_fits(path: Path, dek: bytes) -> bool:
    """Whether any page carries a message authentication code made with this key.

    Format of SQLCipher 4: each page ends in a reserve of IV and HMAC, the HMAC over ciphertext, IV and the page's
    number (little-endian); the HMAC's key is PBKDF2-HMAC-SHA512 of the key, two rounds, with the masked salt.
    """
    with path.open("rb") as file:
        salt = file.read(_SALT)
        mac_key = hashlib.pbkdf2_hmac("sha512", dek, bytes(b ^ _SALT_MASK for b in salt), 2, len(dek))
        for number in range(1, _PAGES_TRIED + 1):
            file.seek((number - 1) * PAGE_SIZE + (_SALT if number == 1 else 0))
            page = file.read(PAGE_SIZE - (_SALT if number == 1 else 0))
            if page and _signed(mac_key, page, number):
                return True
    return False


def _signed(mac_key: bytes, page: bytes, number: int) -> bool:
    body, mac = page[:-_MAC], page[-_MAC:]
    made = hmac.new(mac_key, body + number.to_bytes(4, "little"), hashlib.sha256).digest()
    return hmac.compare_digest(made, mac)
