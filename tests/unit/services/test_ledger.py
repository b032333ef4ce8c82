"""Laws of the ledger's arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.money import MAX_PAISE
from nxcrm_desktop.domain.records import Record
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.services.ledger import CASH_LIMIT_PAISE, check_amount, check_cash, ledger, signed, standing


def payment(direction: str, amount: int, *, mode: str = "upi", day: str = "2026-01-01", reverses: str = "") -> Record:
    return Record("payment_entry", {
        "id": new_id(), "direction": direction, "amount_paise": amount, "mode": mode, "paid_on": day,
        "reverses_id": reverses or None,
    })  # fmt: skip


def reversal(of: Record) -> Record:
    turned = "out" if of["direction"] == "in" else "in"
    return payment(turned, of.integer("amount_paise"), mode=of.text("mode"), reverses=of.id)


PAYMENTS = st.lists(
    st.builds(
        payment, st.sampled_from(["in", "out"]), st.integers(1, 10**15),
        day=st.dates().map(lambda day: day.isoformat()),
    ),
    max_size=30,
)  # fmt: skip


@given(PAYMENTS, st.integers(0, 10**15), st.sampled_from(["sale", "purchase", "refund", "insurance"]))
def test_the_balance_runs_by_date_and_ends_at_the_sum(payments: list[Record], agreed: int, kind: str) -> None:
    told = ledger(kind, agreed, payments)
    days = [entry.payment["paid_on"] for entry in told.entries]
    assert days == sorted(days, key=str)
    steps = [b.balance - a.balance for a, b in zip(told.entries, told.entries[1:], strict=False)]
    assert steps == [signed(entry.payment) for entry in told.entries[1:]]
    assert (told.entries[-1].balance if told.entries else 0) == told.received - told.paid
    owed = told.paid - told.received if kind in ("purchase", "refund") else told.received - told.paid
    assert told.outstanding == agreed - owed


@given(PAYMENTS, st.data())
def test_reversing_is_as_if_it_had_never_been(payments: list[Record], data: st.DataObject) -> None:
    undone = data.draw(st.lists(st.sampled_from(payments), unique_by=lambda p: p.id)) if payments else []
    rest = [p for p in payments if p not in undone]
    full = ledger("sale", 100, [*payments, *(reversal(p) for p in undone)])
    plain = ledger("sale", 100, rest)
    assert (full.received, full.paid, full.outstanding) == (plain.received, plain.paid, plain.outstanding)
    assert (full.entries[-1].balance if full.entries else 0) == (plain.entries[-1].balance if plain.entries else 0)
    assert {p.id for p in standing([*payments, *(reversal(p) for p in undone)])} == {p.id for p in rest}


@given(st.lists(st.integers(1, CASH_LIMIT_PAISE), max_size=8), st.integers(1, CASH_LIMIT_PAISE))
def test_cash_is_refused_from_the_limit_on_and_not_before(amounts: list[int], more: int) -> None:
    so_far = [payment("in", amount, mode="cash") for amount in amounts]
    if sum(amounts) + more >= CASH_LIMIT_PAISE:
        with pytest.raises(NxcrmError, match="cash_limit"):
            check_cash(more, so_far, [])
        with pytest.raises(NxcrmError, match="cash_limit"):
            check_cash(more, [], so_far)
    else:
        check_cash(more, so_far, so_far)


@given(st.integers(1, MAX_PAISE), st.integers(1, MAX_PAISE))
def test_sums_stay_within_what_the_database_can_add_up(first: int, second: int) -> None:
    if first + second > MAX_PAISE:
        with pytest.raises(NxcrmError, match="invalid_value"):
            check_amount(second, [payment("in", first)])
    else:
        check_amount(second, [payment("in", first)])
