"""Token buckets: the law they keep, and the room they take."""

from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from nxcrm_desktop.errors import NxcrmError
from sync.server.limits import Admission, Buckets
from sync.server.metrics import Metrics
from sync.server.settings import LimitSettings

ELSEWHERE = "203.0.113.7"


@given(
    rate=st.integers(1, 100),
    burst=st.integers(1, 50),
    waits=st.lists(st.floats(0, 2, allow_nan=False), min_size=1, max_size=300),
)
def test_never_more_than_the_burst_and_what_time_brings(rate: int, burst: int, waits: list[float]) -> None:
    now = 0.0
    buckets = Buckets(rate, burst, lambda: now)
    admitted = 0
    for wait in waits:
        now += wait
        admitted += buckets.take("a") == 0
        assert admitted <= burst + rate * now + 1e-6


@given(rate=st.integers(1, 100), burst=st.integers(1, 50))
def test_who_waits_as_long_as_told_is_admitted(rate: int, burst: int) -> None:
    now = 1_000.0
    buckets = Buckets(rate, burst, lambda: now)
    assert [buckets.take("a") for _ in range(burst)] == [0.0] * burst
    wait = buckets.take("a")
    assert 0 < wait <= 1 / rate + 1e-9
    now += wait + 1e-9
    assert buckets.take("a") == 0
    assert buckets.take("another") == 0


def test_no_rate_is_no_limit() -> None:
    buckets = Buckets(0, 1)
    assert {buckets.take("a") for _ in range(1_000)} == {0.0}


def test_memory_does_not_grow_with_the_number_of_addresses() -> None:
    buckets = Buckets(1, 5)
    for n in range(30_000):
        buckets.take(str(n))
    assert len(buckets._paid_at) == 20_000


def test_an_address_never_has_more_than_half_of_the_places() -> None:
    admission = Admission(LimitSettings(in_flight=4), 1, Metrics())
    admission.enter(ELSEWHERE)
    admission.enter(ELSEWHERE)
    with pytest.raises(NxcrmError, match="more to do"):
        admission.enter(ELSEWHERE)
    admission.enter("198.51.100.1")
    admission.leave(ELSEWHERE)
    admission.enter(ELSEWHERE)


def test_a_subscriber_of_many_addresses_has_no_more_places() -> None:
    """An IPv6 line comes with 2⁶⁴ addresses (RFC 6177): taking another one for each connection gains nothing."""
    admission = Admission(LimitSettings(in_flight=4), 1, Metrics())
    admission.enter("2001:db8:1:2::1")
    admission.enter("2001:db8:1:2::2")
    with pytest.raises(NxcrmError, match="more to do"):
        admission.enter("2001:db8:1:2:ffff::3")
    admission.enter("2001:db8:1:3::1")
    admission.leave("2001:db8:1:2::2")
    admission.enter("2001:db8:1:2:ffff::3")


def test_workers_share_the_rate_of_an_address_but_not_this_machines() -> None:
    admission = Admission(LimitSettings(address_per_second=0.001, address_burst=8), 4, Metrics())
    admission.address(ELSEWHERE)
    admission.address(ELSEWHERE)
    with pytest.raises(NxcrmError) as refused:
        admission.address(ELSEWHERE)
    assert refused.value.code == "too_many_requests"
    for _ in range(100):
        admission.address("127.0.0.1")
