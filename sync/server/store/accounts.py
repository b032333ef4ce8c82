"""Queries on accounts, devices and sessions. Each function is one statement or two, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Connection, RowMapping, Table, case, delete, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from nxcrm_desktop.domain.records import Value
from sync.server.store.accounts_tables import (
    ACCESS_TOKEN,
    CREDENTIAL,
    DEVICE,
    FAMILY,
    RECOVERY_CODE,
    REFRESH_TOKEN,
    THROTTLE,
)
from sync.server.store.announce import News, announce
from sync.server.store.tables import ENTITY_TABLES

_USER = ENTITY_TABLES["user"]


def user_by_name(connection: Connection, username: str) -> RowMapping | None:
    """The member of staff of that user name, whether active or not."""
    wanted = select(_USER).where(_USER.c.username == username, _USER.c.deleted_at.is_(None))
    return connection.execute(wanted).mappings().one_or_none()


def users(connection: Connection) -> Sequence[RowMapping]:
    """All members of staff with the number of their active devices, by user name."""
    active = func.count(DEVICE.c.id).filter(DEVICE.c.state == "active").label("devices")
    wanted = (
        select(_USER, active)
        .outerjoin(DEVICE, DEVICE.c.user_id == _USER.c.id)
        .where(_USER.c.deleted_at.is_(None))
        .group_by(*_USER.c)
        .order_by(_USER.c.username)
    )
    return connection.execute(wanted).mappings().all()


def count_users(connection: Connection) -> int:
    """How many members of staff there are or were."""
    return int(connection.execute(select(func.count()).select_from(_USER)).scalar_one())


def count_active(connection: Connection, role: str) -> int:
    """How many active members of staff have a role."""
    of_role = _USER.c.role == role, _USER.c.active == 1, _USER.c.deleted_at.is_(None)
    return int(connection.execute(select(func.count()).select_from(_USER).where(*of_role)).scalar_one())


def manager_of(connection: Connection, user_id: str) -> str | None:
    """Id of the reporting manager."""
    return connection.execute(select(_USER.c.manager_id).where(_USER.c.id == user_id)).scalar_one_or_none()


def credential(connection: Connection, user_id: str) -> RowMapping | None:
    """The credential of a member of staff."""
    return connection.execute(select(CREDENTIAL).where(CREDENTIAL.c.user_id == user_id)).mappings().one_or_none()


def add(connection: Connection, table: Table, values: Mapping[str, Value]) -> None:
    """Inserts one row."""
    connection.execute(insert(table), [dict(values)])


def change_credential(connection: Connection, user_id: str, values: Mapping[str, Value]) -> None:
    """Changes columns of a credential."""
    connection.execute(update(CREDENTIAL).where(CREDENTIAL.c.user_id == user_id).values(dict(values)))


def take_step(connection: Connection, user_id: str, step: int) -> bool:
    """Uses up a one-time step. False when it, or a later one, was used already: of several at once one wins."""
    taken = connection.execute(
        update(CREDENTIAL).where(CREDENTIAL.c.user_id == user_id, CREDENTIAL.c.totp_step < step).values(totp_step=step)
    )
    return taken.rowcount == 1


def recovery_code_open(connection: Connection, digest: str) -> bool:
    """Whether this recovery code exists and is unused."""
    wanted = select(RECOVERY_CODE.c.digest).where(RECOVERY_CODE.c.digest == digest, RECOVERY_CODE.c.used_at.is_(None))
    return connection.execute(wanted).first() is not None


def take_recovery_code(connection: Connection, digest: str, now: int) -> bool:
    """Uses up a recovery code. False when there is none such or it was used already."""
    unused = RECOVERY_CODE.c.digest == digest, RECOVERY_CODE.c.used_at.is_(None)
    return connection.execute(update(RECOVERY_CODE).where(*unused).values(used_at=now)).rowcount == 1


def has_recovery_codes(connection: Connection, user_id: str) -> bool:
    """Whether codes were ever made for this member of staff."""
    return (
        connection.execute(select(RECOVERY_CODE.c.digest).where(RECOVERY_CODE.c.user_id == user_id)).first() is not None
    )


def replace_recovery_codes(connection: Connection, user_id: str, digests: Iterable[str]) -> None:
    """Puts new recovery codes in place of all earlier ones."""
    connection.execute(delete(RECOVERY_CODE).where(RECOVERY_CODE.c.user_id == user_id))
    connection.execute(insert(RECOVERY_CODE), [{"digest": d, "user_id": user_id, "used_at": None} for d in digests])


def device(connection: Connection, device_id: str) -> RowMapping | None:
    """One enrolled device."""
    return connection.execute(select(DEVICE).where(DEVICE.c.id == device_id)).mappings().one_or_none()


def devices(connection: Connection) -> Sequence[RowMapping]:
    """All devices with their users' names, the latest seen first."""
    wanted = (
        select(DEVICE, _USER.c.username)
        .outerjoin(_USER, _USER.c.id == DEVICE.c.user_id)
        .order_by(DEVICE.c.last_seen_at.desc(), DEVICE.c.id)
    )
    return connection.execute(wanted).mappings().all()


def change_device(connection: Connection, device_id: str, values: Mapping[str, Value]) -> None:
    """Changes columns of a device."""
    connection.execute(update(DEVICE).where(DEVICE.c.id == device_id).values(dict(values)))


def end_families(connection: Connection, column: str, value: str, reason: str, now: int) -> int:
    """Ends every open session whose ``column`` (id, device_id, user_id) is ``value``; returns how many."""
    open_ones = FAMILY.c[column] == value, FAMILY.c.ended_at.is_(None)
    ended = connection.execute(update(FAMILY).where(*open_ones).values(ended_at=now, ended_by=reason)).rowcount
    if ended:
        announce(connection, News(sessions=True))
    return ended


def refresh_token(connection: Connection, digest: str) -> RowMapping | None:
    """A refresh token with its family, device and user: whatever refreshing needs to judge."""
    wanted = (
        select(
            REFRESH_TOKEN.c.family_id, REFRESH_TOKEN.c.expires_at, REFRESH_TOKEN.c.used_at, FAMILY.c.ended_at,
            FAMILY.c.user_id, FAMILY.c.device_id, DEVICE.c.public_key, DEVICE.c.state, _USER.c.active,
        )
        .join(FAMILY, FAMILY.c.id == REFRESH_TOKEN.c.family_id)
        .join(DEVICE, DEVICE.c.id == FAMILY.c.device_id)
        .join(_USER, _USER.c.id == FAMILY.c.user_id)
        .where(REFRESH_TOKEN.c.digest == digest)
    )  # fmt: skip
    return connection.execute(wanted).mappings().one_or_none()


def take_refresh_token(connection: Connection, digest: str, now: int) -> bool:
    """Uses up a refresh token. False when it was used already: of several at once one wins."""
    unused = REFRESH_TOKEN.c.digest == digest, REFRESH_TOKEN.c.used_at.is_(None)
    return connection.execute(update(REFRESH_TOKEN).where(*unused).values(used_at=now)).rowcount == 1


def retry_refresh_token(connection: Connection, digest: str, earliest: int, latest: int, now: int) -> bool:
    """Uses a refresh token a second time, if its first was between two instants. False otherwise, and the third time.

    What it was exchanged for is void from then on, and counts as used: whoever comes with the refresh token of a reply
    that was taken for lost is one party too many. False, too, when any of that was used.
    """
    spent = REFRESH_TOKEN.c.digest == digest, REFRESH_TOKEN.c.retried_at.is_(None)
    first = REFRESH_TOKEN.c.used_at.between(earliest, latest)
    if not connection.execute(update(REFRESH_TOKEN).where(*spent, first).values(retried_at=now)).rowcount:
        return False
    for table in (ACCESS_TOKEN, REFRESH_TOKEN):
        used = select(table.c.digest).where(table.c.parent == digest, table.c.used_at.is_not(None))
        if connection.execute(used).first() is not None:
            return False
    connection.execute(delete(ACCESS_TOKEN).where(ACCESS_TOKEN.c.parent == digest))
    void = {"used_at": now, "retried_at": now}
    connection.execute(update(REFRESH_TOKEN).where(REFRESH_TOKEN.c.parent == digest).values(void))
    return True


def mark_access_token(connection: Connection, digest: str, now: int) -> None:
    """Remembers the first use of an access token."""
    unused = ACCESS_TOKEN.c.digest == digest, ACCESS_TOKEN.c.used_at.is_(None)
    connection.execute(update(ACCESS_TOKEN).where(*unused).values(used_at=now))


def session(connection: Connection, digest: str, now: int) -> RowMapping | None:
    """What an access token stands for, with the present state of its device and user; None when it has run out."""
    wanted = (
        select(
            FAMILY.c.id.label("family_id"), FAMILY.c.device_id, FAMILY.c.user_id, FAMILY.c.ended_at, DEVICE.c.state,
            DEVICE.c.last_seen_at, _USER.c.role, _USER.c.active, ACCESS_TOKEN.c.expires_at,
            ACCESS_TOKEN.c.used_at,
        )
        .select_from(ACCESS_TOKEN)
        .join(FAMILY, FAMILY.c.id == ACCESS_TOKEN.c.family_id)
        .join(DEVICE, DEVICE.c.id == FAMILY.c.device_id)
        .join(_USER, _USER.c.id == FAMILY.c.user_id)
        .where(ACCESS_TOKEN.c.digest == digest, ACCESS_TOKEN.c.expires_at > now)
    )  # fmt: skip
    return connection.execute(wanted).mappings().one_or_none()


def forget_expired(connection: Connection, now: int) -> int:
    """Deletes tokens that have run out and throttle entries that no longer throttle; returns how many."""
    passing = ((ACCESS_TOKEN, "expires_at"), (REFRESH_TOKEN, "expires_at"), (THROTTLE, "free_at"))
    return sum(connection.execute(delete(table).where(table.c[column] <= now)).rowcount for table, column in passing)


def add_debt(connection: Connection, key: str, debt_ms: int, now: int) -> int:
    """Moves the instant a key's debt is paid by ``debt_ms`` (negative: back); returns that instant."""
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    owed = case((THROTTLE.c.free_at > now, THROTTLE.c.free_at), else_=now)
    entry = dialect.insert(THROTTLE).values(key=key, free_at=now + debt_ms)
    moved = entry.on_conflict_do_update(index_elements=["key"], set_={"free_at": owed + debt_ms})
    return int(connection.execute(moved.returning(THROTTLE.c.free_at)).scalar_one())
