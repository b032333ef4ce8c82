"""Keys for tests: the real envelope and the real keyring, with an Argon2id that takes a millisecond."""

from __future__ import annotations

from pathlib import Path

from nxcrm_desktop.security.envelope import KdfCost, Protection
from nxcrm_desktop.security.unlock import Keys

CHEAP = {Protection.KEYRING: KdfCost(64, 1), Protection.PASSWORD: KdfCost(256, 2)}
"""Costs no production code passes."""

OLD = "Bluebird-Kettle-94-river"
NEW = "nariyal-pul-barish-42-lamp"
USER = "0192f0c1-0000-7000-8000-000000000001"
DEVICE = "0192f0c1-0000-7000-8000-000000000002"


def keys_in(folder: Path) -> Keys:
    """The keys of the test's user and device in ``folder``."""
    return Keys(folder, user=USER, device=DEVICE, costs=CHEAP)
