"""Members of staff as administrators manage them: added, switched on and off, moved, given a new password."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.errors import NxcrmError
from sync.server.context import ServerContext
from sync.server.services import audit
from sync.server.services.accounts import canonical
from sync.server.services.passwords import Passwords, temporary_password
from sync.server.services.second_factor import SecondFactor
from sync.server.services.writes import ServerWrite, server_write
from sync.server.store import accounts as store
from sync.server.store.accounts_tables import CREDENTIAL
from sync.server.store.engine import read_snapshot

_USERNAME = re.compile(r"[^\W_][\w.@-]{0,63}")


@dataclass(frozen=True, slots=True)
class NewUser:
    """A member of staff to add. ``manager`` is a user name."""

    username: str
    full_name: str
    role: Role
    manager: str | None = None
    employee_id: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class Handout:
    """What is handed to a member of staff once and stored nowhere in readable form."""

    user_id: str
    temporary_password: str
    totp_uri: str


class Staff:
    """Each change writes row, credential and audit trail in one transaction. ``actor``: None on the console."""

    def __init__(self, context: ServerContext, actor: str | None = None) -> None:
        self._context = context
        self._actor = actor
        self._passwords = Passwords()
        self._factors = SecondFactor(context)

    def everyone(self) -> Sequence[RowMapping]:
        """Everybody, by user name, with the number of their devices."""
        with read_snapshot(self._context.engine) as connection:
            return store.users(connection)

    def add(self, wanted: NewUser) -> Handout:
        """NxcrmError ``bad_user_name``, ``user_exists``, ``unknown_user``, ``not_a_manager``, ``invalid_value``."""
        password = temporary_password()
        hashed = self._passwords.hash(password)
        with server_write(self._context.engine, self._actor) as write:
            return self.add_within(write, wanted, password, hashed)

    def add_first(self, write: ServerWrite, wanted: NewUser) -> tuple[Handout, list[str]]:
        """The administrator of a new organisation, in its first transaction, with recovery codes."""
        password = temporary_password()
        handout = self.add_within(write, wanted, password, self._passwords.hash(password))
        return handout, self._factors.new_recovery_codes(write.connection, handout.user_id)

    def add_within(self, write: ServerWrite, wanted: NewUser, password: str, hashed: str) -> Handout:
        """Adds inside a transaction. Errors as :meth:`add`."""
        username, user_id = _checked_name(wanted.username), new_id()
        # The audit trail first: its lock makes two administrators who add one name at once wait for each other.
        self._record(write.connection, "user.added", user_id, {"role": wanted.role.value})
        if store.user_by_name(write.connection, username) is not None:
            raise NxcrmError(
                "user_exists", f"There is already a user {username}.", safe="Nothing was changed.",
                todo="Choose another user name.",
            )  # fmt: skip
        manager = self._manager_id(write.connection, wanted.manager)
        row: dict[str, Value] = {
            "username": username, "full_name": wanted.full_name, "role": wanted.role.value, "manager_id": manager,
            "employee_id": wanted.employee_id, "email": wanted.email, "active": 1,
        }  # fmt: skip
        write.put("user", row, row_id=user_id)
        sealed, uri = self._factors.new_secret(user_id, username)
        credential: dict[str, Value] = {
            "user_id": user_id, "password_hash": hashed, "temporary": 1, "changed_at": self._context.clock(),
            "totp_secret": sealed, "totp_step": 0,
        }  # fmt: skip
        store.add(write.connection, CREDENTIAL, credential)
        return Handout(user_id, password, uri)

    def set_active(self, username: str, *, active: bool) -> None:
        """Off ends all sessions at once. NxcrmError ``unknown_user``, ``last_admin``."""
        with server_write(self._context.engine, self._actor) as write:
            user = self._require(write.connection, username)
            if not active:
                self._keep_an_admin(write.connection, user)
                store.end_families(write.connection, "user_id", user["id"], "account", self._context.clock())
            if write.update("user", user["id"], {"active": int(active)}):
                self._record(write.connection, "user.enabled" if active else "user.disabled", user["id"])

    def set_role(self, username: str, role: Role) -> None:
        """Takes effect with the next call of any of their devices. NxcrmError ``unknown_user``, ``last_admin``."""
        with server_write(self._context.engine, self._actor) as write:
            user = self._require(write.connection, username)
            if role is not Role.ADMIN:
                self._keep_an_admin(write.connection, user)
            if write.update("user", user["id"], {"role": role.value}):
                detail = {"from": user["role"], "to": role.value}
                self._record(write.connection, "user.role_changed", user["id"], detail)

    def set_manager(self, username: str, manager: str | None) -> None:
        """NxcrmError ``unknown_user``, ``not_a_manager``, ``manager_circle``."""
        with server_write(self._context.engine, self._actor) as write:
            user = self._require(write.connection, username)
            manager_id = self._manager_id(write.connection, manager)
            if manager_id and user["id"] in _chain(write.connection, manager_id):
                raise NxcrmError(
                    "manager_circle", "Somebody would be their own manager, directly or by way of others.",
                    safe="Nothing was changed.", todo="Choose another manager.",
                )  # fmt: skip
            if write.update("user", user["id"], {"manager_id": manager_id}):
                detail = {"from": user["manager_id"], "to": manager_id}
                self._record(write.connection, "user.manager_changed", user["id"], detail)

    def reset_password(self, username: str, *, new_totp: bool) -> Handout:
        """A new temporary password, and authenticator if asked; all sessions end. NxcrmError ``unknown_user``."""
        password = temporary_password()
        changed: dict[str, Value] = {"password_hash": self._passwords.hash(password), "temporary": 1}
        with server_write(self._context.engine, self._actor) as write:
            user = self._require(write.connection, username)
            uri = ""
            if new_totp:
                sealed, uri = self._factors.new_secret(user["id"], user["username"])
                changed |= {"totp_secret": sealed, "totp_step": 0}
            now = self._context.clock()
            store.change_credential(write.connection, user["id"], {**changed, "changed_at": now})
            store.end_families(write.connection, "user_id", user["id"], "account", now)
            self._record(write.connection, "password.reset", user["id"], {"new_totp": int(new_totp)})
        return Handout(user["id"], password, uri)

    def _require(self, connection: Connection, username: str) -> RowMapping:
        user = store.user_by_name(connection, canonical(username))
        if user is None:
            raise NxcrmError(
                "unknown_user", f"There is no user {username}.", safe="Nothing was changed.",
                todo="See: nxcrm-server user list",
            )  # fmt: skip
        return user

    def _manager_id(self, connection: Connection, username: str | None) -> str | None:
        if not username:
            return None
        manager = self._require(connection, username)
        if manager["role"] != Role.MANAGER or not manager["active"]:
            raise NxcrmError(
                "not_a_manager", f"{username} is not an active manager.", safe="Nothing was changed.",
                todo="Give them the role manager first, or choose somebody else.",
            )  # fmt: skip
        return str(manager["id"])

    def _keep_an_admin(self, connection: Connection, user: RowMapping) -> None:
        if user["role"] == Role.ADMIN and user["active"] and store.count_active(connection, Role.ADMIN) == 1:
            raise NxcrmError(
                "last_admin", "This is the last active administrator.", safe="Nothing was changed.",
                todo="Make somebody else an administrator first.",
            )  # fmt: skip

    def _record(
        self, connection: Connection, action: str, user_id: str, detail: dict[str, Value] | None = None
    ) -> None:
        event = audit.Event(action, self._actor, None, "user", user_id, detail)
        audit.append(connection, event, self._context.clock())


def _checked_name(username: str) -> str:
    name = canonical(username)
    if not _USERNAME.fullmatch(name):
        raise NxcrmError(
            "bad_user_name",
            "A user name is 1 to 64 letters, digits and . _ - @, and begins with a letter or digit.",
            safe="Nothing was changed.",
            todo="Choose another user name.",
        )
    return name


def _chain(connection: Connection, user_id: str) -> list[str]:
    """The user and everybody above them."""
    chain = [user_id]
    while (above := store.manager_of(connection, chain[-1])) and above not in chain:
        chain.append(above)
    return chain
