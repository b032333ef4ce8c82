"""Settings of a server's operation: sections of ``server.toml``."""

from __future__ import annotations

from typing import Annotated

import msgspec

Rate = Annotated[float, msgspec.Meta(ge=0, le=1_000_000)]
_NETWORK = r"^[0-9A-Fa-f:.]{2,45}(/0*[1-9][0-9]*)?$"
"""An IP address, or a network of such that is not all of them. A host name would be compared with addresses."""
Count = Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]


class LimitSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rates are requests a second, 0 for no limit; a burst is how many may come at once after a rest.

    The rate of an address is shared out among the workers, since its connections are; that of a device holds on each
    worker, since a device keeps to few connections. ``in_flight`` and ``streams`` are of one worker; ``pool`` is its
    connections to the database. ``statement_seconds``: no statement runs, or waits for a lock, longer (PostgreSQL).
    """

    device_per_second: Rate = 50
    device_burst: Count = 1_000
    address_per_second: Rate = 1_000
    address_burst: Count = 5_000
    in_flight: Count = 256
    streams: Count = 10_000
    pool: Annotated[int, msgspec.Meta(ge=2, le=1_000)] = 16
    statement_seconds: Annotated[int, msgspec.Meta(ge=1, le=3_600)] = 30


class NetworkSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``trusted_proxies``: addresses or networks of load balancers whose X-Forwarded-For and -Proto are believed.

    Never everybody's: who may say where a request came from gets round every limit that goes by address.
    """

    trusted_proxies: list[Annotated[str, msgspec.Meta(pattern=_NETWORK)]] = []


class MetricsSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``token``: who sends it as bearer may read ``/metrics``; without one, only this machine may."""

    token: Annotated[str, msgspec.Meta(max_length=1_024)] = ""


class HistorySettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """``tombstone_days``: a device that was away longer fetches everything anew. ``settled_days``: a device keeps its
    edits so long after the server has them; no backup older than that may be restored without loss.
    """

    tombstone_days: Annotated[int, msgspec.Meta(ge=7, le=3_650)] = 180
    settled_days: Annotated[int, msgspec.Meta(ge=1, le=365)] = 30
