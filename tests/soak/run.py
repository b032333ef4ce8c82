"""Three laptops, two servers, one PostgreSQL, and faults all along; then everything is compared, row by row.

    python -m tests.soak.run [SECONDS] [SEED]

Laptops and servers are processes, killed -9 at random; the network is a proxy before each server, of bad weather. In
the end every laptop must show exactly what SQL says it should, and every word anybody saw saved must be somewhere. Exit
code 0: so it is.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.store.engine import open_store
from nxcrm_desktop.store.sync_store import StoreTokenVault, SyncStore
from sync.client.auth import Session
from sync.client.engine import SyncEngine
from sync.client.ports import SyncSummary
from sync.client.transport import Transport
from sync.server.services.checksums import wrong_checksums
from sync.server.store.engine import read_snapshot
from tests.helpers import postgres
from tests.helpers.devices import KEY, RealClock
from tests.helpers.enrolled import Laptop, laptop
from tests.helpers.server import ServerHandle, running_server
from tests.helpers.source import ROOT
from tests.helpers.tcp_proxy import TcpProxy, Weather, proxy_before

PEOPLE = {"meera": Role.MANAGER, "asha": Role.SALES, "ravi": Role.SALES}
COMPARED = {
    "lead": "SELECT * FROM lead l WHERE deleted_at IS NULL AND owner_id IN ({people})",
    "communication": "SELECT c.* FROM communication c JOIN lead l ON l.id = c.lead_id"
    " WHERE c.deleted_at IS NULL AND l.owner_id IN ({people})",
}
_WORD = 37
Rows = dict[str, dict[str, Value]]


@dataclass
class Member:
    """One laptop: where its store is, and the process that works on it."""

    name: str
    path: Path
    user_id: str
    key: str
    journal: Path
    process: subprocess.Popen[bytes] | None = None
    lives: int = 0

    def start(self, url: str, ca_file: Path, seed: int) -> None:
        """Another life."""
        self.lives += 1
        command = [sys.executable, "-m", "tests.soak.device", str(self.path), url, str(ca_file), self.key, str(seed)]
        with self.journal.open("ab") as out, self.errors.open("ab") as errors:
            self.process = subprocess.Popen(command, stdout=out, stderr=errors, cwd=ROOT)

    def kill(self) -> None:
        """SIGKILL. A process that had ended by itself met what it must not: AssertionError."""
        if self.process is not None:
            assert self.process.poll() is None, f"{self.name} gave up:\n{self.errors.read_text()[-3000:]}"
            self.process.kill()
            self.process.wait()
            self.process = None

    @property
    def errors(self) -> Path:
        """What the process wrote to standard error."""
        return self.journal.with_suffix(".errors")

    def typed(self) -> list[str]:
        """Every word that was seen saved and that nothing replaces; the last line may be cut."""
        lines = self.journal.read_text().splitlines() if self.journal.exists() else []
        return [line for line in lines if len(line) == _WORD]


@dataclass
class Soak:
    """Everything at work."""

    servers: list[ServerHandle]
    proxies: list[TcpProxy]
    members: list[Member]
    chance: random.Random
    told: list[str] = field(default_factory=list)

    def one_fault(self) -> None:
        """Something dies, is cut off, or the weather turns; what died starts again."""
        number = self.chance.randrange(len(self.servers))
        kind = self.chance.choice(("laptop", "laptop", "server", "cut", "refuse", "silence", "weather"))
        proxy = self.proxies[number]
        match kind:
            case "laptop":
                self.restart(self.chance.choice(self.members))
            case "server":
                self.servers[number].kill()
                self.servers[number].start()
            case "cut":
                proxy.cut()
            case "refuse":
                proxy.refuse()
                proxy.accept()
            case "silence":
                proxy.replies.hold(self.chance.randrange(30_000))
                self.restart(self.chance.choice(self.members))
                proxy.replies.release()
            case "weather":
                proxy.weather = Weather(self.chance.randrange(1 << 30), bad=0.3)
        self.told.append(kind)

    def restart(self, member: Member) -> None:
        """Kill a laptop and start it again, towards either server."""
        member.kill()
        number = self.chance.randrange(len(self.proxies))
        member.start(self.proxies[number].url, self.servers[number].ca_file, self.chance.randrange(1 << 30))


@contextmanager
def organisation(folder: Path, database: str, seed: int) -> Iterator[tuple[Soak, list[Laptop]]]:
    """Two servers on one database, a proxy before each, and three enrolled laptops; nobody types yet."""
    with running_server(folder, database=database) as server, ExitStack() as stack:
        other = replace(server, process=None, url="", devices=[], _port=0)
        stack.callback(other.kill)
        other.start()
        proxies = [stack.enter_context(proxy_before(one.url)) for one in (server, other)]
        laptops = []
        for name, role in PEOPLE.items():
            server.add_user(name, role, manager=None if role is Role.MANAGER else "meera")
            laptops.append(stack.enter_context(laptop(server, folder, name)))
            laptops[-1].engine.run()
        members = [
            Member(name, one.store.path, one.actor.user_id, one.key.secret, folder / f"{name}.journal")
            for name, one in zip(PEOPLE, laptops, strict=True)
        ]
        yield Soak([server, other], proxies, members, random.Random(seed)), laptops


def soak(seconds: float, seed: int, folder: Path, database: str) -> str:
    """Run; AssertionError says what was lost. Returns a line that says what was done."""
    with organisation(folder, database, seed) as (all_, laptops):
        for one in laptops:
            one.store.close()
        try:
            for member in all_.members:
                all_.restart(member)
            end = time.monotonic() + seconds
            while time.monotonic() < end:
                time.sleep(all_.chance.uniform(0.2, 1.5))
                all_.one_fault()
        finally:
            for member in all_.members:
                member.kill()
        for one, member in zip(laptops, all_.members, strict=True):
            one.store = open_store(member.path, KEY)
        try:
            return settle_and_compare(all_, laptops)
        finally:
            for one in laptops:
                one.store.close()


def sync(one: Laptop) -> SyncSummary:
    """In fair weather."""
    with ExitStack() as stack:
        plain = Transport(one.transport.endpoint)
        stack.callback(plain.close)
        session = Session(plain, StoreTokenVault(one.store), one.key, one.id, RealClock())
        transport = Transport(one.transport.endpoint, session)
        stack.callback(transport.close)
        return SyncEngine(SyncStore(one.store), transport, RealClock()).run()


def settle_and_compare(all_: Soak, laptops: list[Laptop]) -> str:
    """AssertionError says what is wrong; returns what was compared."""
    for _ in range(2):
        for one in laptops:
            sync(one)
    summaries = [sync(one) for one in laptops]
    assert all(summary.complete and not summary.pushed for summary in summaries), "sync never comes to rest"
    server = all_.servers[0]
    assert wrong_checksums(server.context.engine) == []
    with read_snapshot(server.context.engine) as connection:
        rows = sum(compare(connection, one) for one in laptops)
        kept = everything_kept(connection)
    typed = [word for member in all_.members for word in member.typed()]
    lost = [word for word in typed if word not in kept]
    assert not lost, f"{len(lost)} of {len(typed)} words typed are nowhere, such as {lost[:3]}"
    lives = sum(member.lives for member in all_.members)
    return f"{len(typed)} edits, {rows} rows compared, {len(all_.told)} faults, {lives} lives of laptops: nothing lost"


def compare(connection: Connection, one: Laptop) -> int:
    """The laptop shows what SQL says it should; returns how many rows that is."""
    people = [one.actor.user_id]
    if one.actor.role is Role.MANAGER:
        people += connection.exec_driver_sql(
            'SELECT id FROM "user" WHERE manager_id = %s', (one.actor.user_id,)
        ).scalars()
    count = 0
    for entity, sql in COMPARED.items():
        listed = ", ".join(f"'{person}'" for person in people)
        names = ENTITIES[entity].columns
        expected = {
            row["id"]: {name: row[name] for name in names}
            for row in connection.exec_driver_sql(sql.format(people=listed)).mappings()
        }
        shown = shown_by(one, entity, names)
        assert shown.keys() == expected.keys(), f"{one.actor.role}: {entity}"
        assert shown == expected
        count += len(shown)
    return count


def shown_by(one: Laptop, entity: str, names: tuple[str, ...]) -> Rows:
    """All rows of the laptop's own table, by plain SQL."""
    with one.store.read() as reader:
        found = reader.cursor.execute(f"SELECT {', '.join(names)} FROM {entity}").fetchall()  # noqa: S608
    return {str(row[names.index("id")]): dict(zip(names, row, strict=True)) for row in found}


def everything_kept(connection: Connection) -> str:
    """All values of rows, conflicts and refused edits, as one text."""
    parts = [
        "SELECT name || ' ' || coalesce(notes, '') FROM lead",
        "SELECT body FROM communication",
        "SELECT coalesce(base, '') || coalesce(mine, '') || coalesce(theirs, '') FROM conflict",
        "SELECT changes FROM quarantine",
    ]
    return "\n".join(text for sql in parts for text in connection.exec_driver_sql(sql).scalars())


def main() -> int:
    """From the command line."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 120.0
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else int.from_bytes(os.urandom(3))
    sys.stdout.write(f"soak of {seconds:.0f} s, seed {seed}\n")
    sys.stdout.flush()
    with (
        postgres.cluster(uuid4().hex) as cluster,
        postgres.database(cluster) as url,
        tempfile.TemporaryDirectory(prefix="nxcrm-soak-") as folder,
    ):
        sys.stdout.write(soak(seconds, seed, Path(folder), url) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
