"""``nxcrm-server``: make a server, run it, manage its staff and devices, look after it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from nxcrm_desktop.domain.clock import to_iso
from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.security.process import harden
from sync.server import config as configuration, last_seen, logs, serving, tls
from sync.server.app import DATA_VARIABLE, DEVELOPMENT_VARIABLE, WORKERS_VARIABLE, make_context
from sync.server.config import OrgPolicy
from sync.server.console import failures, say, table
from sync.server.context import ServerContext
from sync.server.services import audit as audit_trail, doctor as examination, organisation, restoring
from sync.server.services.devices import Devices
from sync.server.services.handover import hand_over
from sync.server.services.staff import Handout, NewUser, Staff
from sync.server.store.engine import read_snapshot
from sync.server.store.migrate import migrate

NAME = "nxcrm-server"
app = typer.Typer(
    name=NAME,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Make a server, run it, manage its staff and devices, look after it.",
)
user = typer.Typer(no_args_is_help=True, help="Members of staff.")
device = typer.Typer(no_args_is_help=True, help="Enrolled devices.")
audit = typer.Typer(no_args_is_help=True, help="The audit trail.")
app.add_typer(user, name="user")
app.add_typer(device, name="device")
app.add_typer(audit, name="audit")

Data = Annotated[Path, typer.Option("--data", envvar=DATA_VARIABLE, help="The server's data folder.")]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable output.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="User name.")]


@contextmanager
def _server(data: Path, *, as_json: bool) -> Iterator[ServerContext]:
    """The context of a data folder, for one command; failures become exit code 1."""
    with failures(as_json=as_json):
        context = make_context(configuration.load(data))
        try:
            yield context
        finally:
            context.engine.dispose()


@app.command()
def init(
    data: Data,
    admin: Annotated[str, typer.Option(help="User name of the first administrator.")],
    database: Annotated[str, typer.Option(help="postgresql+psycopg://… (default: SQLite in the data folder).")] = "",
    organisation_name: Annotated[str, typer.Option("--organisation", help="Its name.")] = "nxcrm",
    allow_password_only: Annotated[
        bool | None,
        typer.Option(
            "--allow-password-only/--require-keyring",
            help="May devices without a system keyring enrol? By default only while serving for development.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Make a new server: data folder, database, signing key and first administrator."""
    policy = OrgPolicy(password_only_devices="development" if allow_password_only is None else allow_password_only)
    with failures(as_json=as_json):
        founded = organisation.found(organisation.Plan(data, admin, organisation_name, database, policy))
        fields = {
            "admin": founded.admin, "temporary_password": founded.temporary_password, "totp_uri": founded.totp_uri,
            "recovery_codes": founded.recovery_codes,
        }  # fmt: skip
        say(
            fields,
            as_json=as_json,
            text=f"The server is made in {data}. This is shown once:\n"
            f"  administrator       {founded.admin}\n"
            f"  temporary password  {founded.temporary_password}\n"
            f"  authenticator       {founded.totp_uri}\n"
            f"  recovery codes      {' '.join(founded.recovery_codes)}",
        )


@app.command()
def run(  # noqa: PLR0913 (the options that the command promises)
    data: Data,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free port.")] = 8443,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
    tls_cert: Annotated[Path | None, typer.Option(help="Certificate chain, PEM.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="Its private key, PEM.")] = None,
    dev_tls: Annotated[bool, typer.Option("--dev-tls", help="Make a certificate for this machine.")] = False,
    insecure_loopback: Annotated[
        bool, typer.Option("--insecure-loopback", help="Plain HTTP, on this machine only.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Serve until SIGTERM or Ctrl+C."""
    with failures(as_json=as_json):
        certificate = _certificate(data, host, tls_cert, tls_key, dev_tls=dev_tls, insecure=insecure_loopback)
        _prepare(data)
        listener = serving.listen(serving.Address(host, port))
        shown = f"[{host}]" if ":" in host else host
        url = f"{'https' if certificate else 'http'}://{shown}:{listener.getsockname()[1]}"
        ca = str(certificate.ca.resolve()) if certificate and certificate.ca else None
        text = f"Serving {url}" + (f" (certificate authority: {ca})" if ca else "") + ". Ctrl+C stops it."
        os.environ[DATA_VARIABLE] = str(data)
        os.environ[DEVELOPMENT_VARIABLE] = "1" if dev_tls or insecure_loopback else "0"
        os.environ[WORKERS_VARIABLE] = str(workers)
        logs.configure()
        plan = serving.Plan(certificate, workers, tuple(configuration.load(data).network.trusted_proxies))
        serving.serve(listener, plan, lambda: say({"url": url, "ca": ca}, as_json=as_json, text=text))


def _certificate(
    data: Path, host: str, cert: Path | None, key: Path | None, *, dev_tls: bool, insecure: bool
) -> tls.Certificate | None:
    """What to serve TLS with; None for plain HTTP on loopback. Exactly one way must have been chosen."""
    if [cert is not None or key is not None, dev_tls, insecure].count(True) != 1:
        raise NxcrmError(
            "tls_required",
            "Choose how the server is reached: exactly one of the three ways.",
            safe="The server was not started.",
            todo="Give --tls-cert and --tls-key, or --dev-tls for development, or --insecure-loopback.",
        )
    config = configuration.load(data)
    if insecure:
        serving.require_loopback(host)
        return None
    if dev_tls:
        return tls.development(config.tls_dir)
    if cert is None or key is None:
        raise NxcrmError("bad_certificate", "--tls-cert and --tls-key belong together.", todo="Give both.")
    return tls.given(cert, key)


def _prepare(data: Path) -> None:
    """Brings the database up to date before the first request. NxcrmError ``unavailable``, ``database_newer``."""
    context = make_context(configuration.load(data))
    try:
        migrate(context.engine)
        restoring.begin_if_restored(context.engine, context.config.data_dir, context.clock())
    finally:
        context.engine.dispose()


@app.command()
def restored(data: Data, as_json: Json = False) -> None:
    """Say that the database was put back from a backup: every laptop brings again what the backup lacks.

    Not needed where the backup was put back under a data folder that has seen later days: the server notices.
    """
    with _server(data, as_json=as_json) as context:
        migrate(context.engine)
        seen = last_seen.read(context.config.data_dir)
        clock = restoring.begin_anew(context.engine, context.clock(), earlier=seen.epochs)
        restoring.note_progress(context.engine, context.config.data_dir)
        say({"epoch": clock.epoch}, as_json=as_json, text="A new epoch has begun. Laptops notice at their next sync.")


@user.command("add")
def user_add(
    data: Data,
    name: Name,
    full_name: Annotated[str, typer.Option(help="As it is shown.")],
    role: Annotated[Role, typer.Option(help="What they may do.")],
    manager: Annotated[str | None, typer.Option(help="User name of the reporting manager.")] = None,
    employee_id: Annotated[str | None, typer.Option(help="Employee id.")] = None,
    email: Annotated[str | None, typer.Option(help="E-mail address.")] = None,
    as_json: Json = False,
) -> None:
    """Add a member of staff; prints the temporary password and the authenticator's address, once."""
    with _server(data, as_json=as_json) as context:
        _say_handout(Staff(context).add(NewUser(name, full_name, role, manager, employee_id, email)), as_json=as_json)


@user.command("list")
def user_list(data: Data, as_json: Json = False) -> None:
    """All members of staff."""
    with _server(data, as_json=as_json) as context:
        people = Staff(context).everyone()
        names = {person["id"]: person["username"] for person in people}
        rows = [
            {
                "user_id": p["id"], "name": p["username"], "full_name": p["full_name"], "role": p["role"],
                "manager": names.get(p["manager_id"]), "active": bool(p["active"]), "devices": p["devices"],
            }
            for p in people
        ]  # fmt: skip
        table(rows, as_json=as_json)


@user.command("disable")
def user_disable(data: Data, name: Name, as_json: Json = False) -> None:
    """Switch an account off; its sessions end at once."""
    with _server(data, as_json=as_json) as context:
        Staff(context).set_active(name, active=False)
        say({"user": name, "active": False}, as_json=as_json, text=f"{name} is switched off.")


@user.command("enable")
def user_enable(data: Data, name: Name, as_json: Json = False) -> None:
    """Switch an account on again."""
    with _server(data, as_json=as_json) as context:
        Staff(context).set_active(name, active=True)
        say({"user": name, "active": True}, as_json=as_json, text=f"{name} is switched on.")


@user.command("set-role")
def user_set_role(data: Data, name: Name, role: Role, as_json: Json = False) -> None:
    """Change what somebody may do; their devices follow at their next call."""
    with _server(data, as_json=as_json) as context:
        Staff(context).set_role(name, role)
        say({"user": name, "role": role.value}, as_json=as_json, text=f"{name} is now {role.value}.")


@user.command("set-manager")
def user_set_manager(
    data: Data,
    name: Name,
    manager: Annotated[str, typer.Argument(metavar="MANAGER", help="User name of the manager; - for none.")],
    as_json: Json = False,
) -> None:
    """Change whom somebody reports to."""
    chosen = None if manager == "-" else manager
    with _server(data, as_json=as_json) as context:
        Staff(context).set_manager(name, chosen)
        say({"user": name, "manager": chosen}, as_json=as_json, text=f"{name} now reports to {chosen or 'nobody'}.")


@user.command("reassign")
def user_reassign(
    data: Data,
    name: Name,
    to: Annotated[str, typer.Argument(metavar="TO", help="User name of whoever takes it over.")],
    as_json: Json = False,
) -> None:
    """Give all leads, customers, companies and open follow-ups of somebody to another; may be run again."""
    with _server(data, as_json=as_json) as context:
        moved = hand_over(context, name, to)
        told = ", ".join(f"{count} {ENTITIES[entity].facts.plural.lower()}" for entity, count in moved.items())
        say({"from": name, "to": to, **moved}, as_json=as_json, text=f"{to} now has what {name} had: {told}.")


@user.command("reset-password")
def user_reset_password(
    data: Data,
    name: Name,
    new_totp: Annotated[bool, typer.Option("--new-totp", help="Make a new authenticator secret as well.")] = False,
    as_json: Json = False,
) -> None:
    """Give a new temporary password; all sessions end."""
    with _server(data, as_json=as_json) as context:
        _say_handout(Staff(context).reset_password(name, new_totp=new_totp), as_json=as_json)


def _say_handout(handout: Handout, *, as_json: bool) -> None:
    fields = {"user_id": handout.user_id, "temporary_password": handout.temporary_password}
    text = f"This is shown once:\n  temporary password  {handout.temporary_password}"
    if handout.totp_uri:
        fields["totp_uri"] = handout.totp_uri
        text += f"\n  authenticator       {handout.totp_uri}"
    say(fields, as_json=as_json, text=text)


@device.command("list")
def device_list(data: Data, as_json: Json = False) -> None:
    """All devices, the latest seen first."""
    with _server(data, as_json=as_json) as context:
        rows = [
            {
                "device_id": d["id"], "user": d["username"], "name": d["name"], "os": d["os"], "state": d["state"],
                "key_protection": d["key_protection"], "enrolled": to_iso(d["enrolled_at"]),
                "last_seen": to_iso(d["last_seen_at"]),
            }
            for d in Devices(context).everything()
        ]  # fmt: skip
        table(rows, as_json=as_json)


@device.command("revoke")
def device_revoke(data: Data, device_id: str, as_json: Json = False) -> None:
    """Shut a device out at once; it shreds its store when it next reaches the server."""
    with _server(data, as_json=as_json) as context:
        Devices(context).revoke(device_id)
        say({"device_id": device_id, "state": "revoked"}, as_json=as_json, text=f"{device_id} is revoked.")


@audit.command("verify")
def audit_verify(data: Data, as_json: Json = False) -> None:
    """Recompute the chain; names the first broken link."""
    with _server(data, as_json=as_json) as context, read_snapshot(context.engine) as connection:
        verdict = audit_trail.verify(connection)
        if verdict.broken_at is not None:
            raise NxcrmError(
                "audit_broken",
                f"The audit trail is broken at event {verdict.broken_at}: {verdict.reason}.",
                safe=f"The {verdict.events} events before it are unbroken.",
                todo="Keep the database as it is and find out who could write to it.",
            )
        say({"ok": True, "events": verdict.events}, as_json=as_json, text=f"{verdict.events} events, unbroken.")


@audit.command("export")
def audit_export(data: Data, as_json: Json = False) -> None:
    """Print every event with its hashes, in order."""
    with _server(data, as_json=as_json) as context, read_snapshot(context.engine) as connection:
        table(list(audit_trail.export(connection)), as_json=as_json)


@app.command()
def doctor(data: Data, as_json: Json = False) -> None:
    """Check that everything the server needs is there and sound."""
    with _server(data, as_json=as_json) as context:
        checks = [{"name": c.name, "ok": c.ok, "detail": c.detail} for c in examination.examine(context)]
    sound = all(check["ok"] for check in checks)
    lines = "\n".join(f"{'ok ' if c['ok'] else 'BAD'}  {c['name']}: {c['detail']}" for c in checks)
    say({"ok": sound, "checks": checks}, as_json=as_json, text=lines)
    if not sound:
        raise typer.Exit(1)


def main() -> None:
    """Entry point of ``nxcrm-server``."""
    harden()
    app(prog_name=NAME)
