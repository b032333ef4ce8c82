"""Failures of the engine become errors a user can meet; bugs stay bugs."""

from __future__ import annotations

import errno

import pytest
from sqlalchemy.exc import OperationalError
from sqlcipher3 import dbapi2 as sqlcipher

from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.store.failures import told, translate


def _engine_error(code: int) -> sqlcipher.OperationalError:
    error = sqlcipher.OperationalError("told by the engine")
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "told_as"),
    [
        (5, "store_busy"), (6, "store_busy"), (8, "store_read_only"), (10 | 3 << 8, "disk_error"),
        (11, "store_corrupt"), (13, "disk_full"), (14, "store_read_only"), (26, "store_corrupt"),
    ],
)  # fmt: skip
def test_each_code_of_the_engine_has_its_sentences(code: int, told_as: str) -> None:
    for error in (_engine_error(code), OperationalError("SELECT 1", {}, _engine_error(code))):
        found = translate(error)
        assert found is not None
        assert found.code == told_as
        assert found.happened
        assert found.safe
        assert found.todo


def test_a_full_disk_below_the_engine_is_told_too() -> None:
    found = translate(OSError(errno.ENOSPC, "no space"))
    assert found is not None
    assert found.code == "disk_full"


@pytest.mark.parametrize("error", [_engine_error(1), OSError(errno.ENOENT, "x"), KeyError("x")])
def test_a_bug_stays_what_it_is(error: Exception) -> None:
    assert translate(error) is None
    with pytest.raises(type(error)) as caught, told():
        raise error
    assert not isinstance(caught.value, NxcrmError)
