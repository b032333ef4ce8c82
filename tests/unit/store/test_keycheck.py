"""A page's message authentication code tells the right key from a wrong one, without SQLCipher."""

from __future__ import annotations

from pathlib import Path

from nxcrm_desktop.store.cipher import PAGE_SIZE
from nxcrm_desktop.store.keycheck import key_fits
from tests.helpers.stores import KEY, fresh_store


def test_the_key_fits_as_long_as_one_page_is_whole(tmp_path: Path) -> None:
    fresh_store(tmp_path).close()
    path = tmp_path / "store.db"
    assert key_fits(path, KEY)
    assert not key_fits(path, bytes(32))
    content = bytearray(path.read_bytes())
    content[PAGE_SIZE // 2] ^= 1
    path.write_bytes(content)
    assert key_fits(path, KEY)
    path.write_bytes(content[:PAGE_SIZE])
    assert not key_fits(path, KEY)
    path.write_bytes(b"")
    assert not key_fits(path, KEY)
