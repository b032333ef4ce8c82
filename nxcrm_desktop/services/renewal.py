"""A fresh identity for this laptop, in place: when its files were put back to an earlier state, or copied to another.

The server has seen other edits under the numbers that the laptop would give. Nothing is thrown away: what waits is
carried over to the new identity, what the server lost waits again, and the rest is fetched anew.
"""

from __future__ import annotations

import platform
from contextlib import closing

from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.device_key import DeviceKey
from nxcrm_desktop.services.accounts import Identity, IdentityKey
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.meta import Meta
from nxcrm_desktop.store.sync_store import SyncStore
from sync.client.auth import enrol, tokens_of
from sync.client.transport import Endpoint, Transport
from sync.protocol import auth


def renew(store: Store, identity: Identity, endpoint: Endpoint, protection: str, password: str, otp: str) -> None:
    """Enrol anew, as the same user at the same server; the store changes in one transaction.

    NxcrmError ``server_changed``, those of sync.client.auth.enrol and of the network: nothing has changed then.
    """
    key = DeviceKey.generate()
    device = auth.NewDevice(
        name=platform.node() or "laptop",
        os=platform.system() or "unknown",
        public_key=key.public,
        key_protection="keyring" if protection == "keyring" else "password",
        id=new_id(),
        replaces=identity.device_id,
    )
    with closing(Transport(endpoint)) as transport:
        reply = enrol(transport, auth.Enrol(identity.user_name, password, otp, device))
    _require_same(store, identity, reply)
    values: dict[str, str] = {
        Meta.DEVICE_ID: reply.device_id,
        Meta.ROLE: reply.role,
        Meta.LEASE: reply.lease,
        IdentityKey.DEVICE_KEY: key.secret,
    }
    SyncStore(store).carry_over(values, tokens_of(reply), reply.replaced_n)


def _require_same(store: Store, identity: Identity, reply: auth.Session) -> None:
    """Another server may have a user of this name, too; what the laptop holds is not theirs."""
    with store.read() as reader:
        pinned = reader.meta(IdentityKey.LEASE_KEY)
    if (reply.user_id, reply.lease_key) != (identity.user_id, pinned):
        raise NxcrmError(
            "server_changed",
            "What answered is another server than the one this laptop was enrolled with.",
            safe="Nothing was changed; your data is unharmed.",
            todo="Ask your administrator before you go on.",
        )
