"""What the books demand of a payment, whatever a device believes."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from nxcrm_desktop.domain.dictionary import EntityInfo
from nxcrm_desktop.domain.records import Value
from sync.protocol.codes import Refusal
from sync.server.services.refusals import RefusedError
from sync.server.store.rows import Row, RowSet
from sync.server.store.sql import select_among

_PAYMENT, _REVERSES = "payment_entry", "reverses_id"
_OPPOSITE = {"in": "out", "out": "in"}


class Books:
    """Checks reversals of one batch. A reversal takes back one payment of its deal, wholly, and once."""

    def __init__(self, connection: Connection, rows: RowSet) -> None:
        self._connection = connection
        self._rows = rows
        self._reversed: set[str] = set()

    def check(self, info: EntityInfo, values: Mapping[str, Value]) -> None:
        """Raises RefusedError ``invalid_value`` for a reversal that is none."""
        if info.name != _PAYMENT or values.get(_REVERSES) is None:
            return
        payment_id = str(values[_REVERSES])
        payment = self._locked(payment_id)
        if payment is None or not _mirrors(values, payment):
            raise _refused("A reversal takes back the whole of one payment of the same deal.")
        if payment_id in self._reversed or self._was_reversed(payment_id):
            raise _refused("This payment was reversed before.")
        self._reversed.add(payment_id)

    def _locked(self, payment_id: str) -> Row | None:
        """The payment; two devices that reverse it at once wait for each other here."""
        self._rows.load({_PAYMENT: [payment_id]})
        return self._rows.get(_PAYMENT, payment_id)

    def _was_reversed(self, payment_id: str) -> bool:
        return bool(list(select_among(self._connection, _PAYMENT, ("id",), _REVERSES, [payment_id])))


def _mirrors(reversal: Mapping[str, Value], payment: Row) -> bool:
    same = all(reversal.get(name) == payment.values[name] for name in ("transaction_id", "amount_paise"))
    opposite = reversal.get("direction") == _OPPOSITE.get(str(payment.values["direction"]))
    return same and opposite and payment.values[_REVERSES] is None


def _refused(sentence: str) -> RefusedError:
    return RefusedError(Refusal.INVALID_VALUE, _REVERSES, sentence)
