"""The commands of `nxcrm`: options in, operations called, answers out."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from nxcrm_desktop.cli import operations, readable
from nxcrm_desktop.cli.enrolment import enrol_device, renew_device, required
from nxcrm_desktop.cli.output import Answer, ProgressBar, Teller, fail, pairs, show
from nxcrm_desktop.cli.session import Session, hoist, session_of
from nxcrm_desktop.cli.shell import serve
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.privacy.verify import verify_package

cli = typer.Typer(name="nxcrm", no_args_is_help=True, add_completion=False, help="The CRM without a window.")
record = typer.Typer(no_args_is_help=True, help="Read and change records.")
documents = typer.Typer(no_args_is_help=True, help="Papers of customers and deals.")
conflicts = typer.Typer(no_args_is_help=True, help="Edits of the same field by two people.")
privacy = typer.Typer(no_args_is_help=True, help="Customers' legal requests.")
for name, group in (("record", record), ("document", documents), ("conflicts", conflicts), ("privacy", privacy)):
    cli.add_typer(group, name=name)

Context = typer.Context
OnDuplicate = Literal["skip", "update", "create"]
Take = Literal["mine", "server", "merged"]
Pinned = Annotated[operations.PinnedBy, typer.Option("--of", help="What ID is.")]
Sets = Annotated[list[str] | None, typer.Option("--set", help="FIELD=VALUE; may be given again.")]
Wheres = Annotated[list[str] | None, typer.Option("--where", help="FIELD=VALUE; may be given again.")]
Output = Annotated[Path, typer.Option("--output", "-o", help="The file to write.")]


@cli.callback()
def root(
    context: Context,
    profile: Annotated[Path | None, typer.Option(help="Profile folder (or NXCRM_PROFILE).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Machine-readable output.")] = False,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from standard input (or NXCRM_PASSWORD).")
    ] = False,
    otp: Annotated[str | None, typer.Option(help="One-time code (or NXCRM_OTP).")] = None,
) -> None:
    """The options that every command takes; they may stand before or after its name."""
    context.obj = Session(profile, as_json, password_stdin, otp)


def _answer(
    context: Context, operation: Callable[..., Answer], tell: Teller = readable.fields, **arguments: Any
) -> None:
    show(_called(context, operation, arguments), as_json=session_of(context).as_json, tell=tell)


def _answer_with_progress(
    context: Context, label: str, operation: Callable[..., Answer], tell: Teller = readable.fields, **arguments: Any
) -> None:
    bar = ProgressBar(label)
    try:
        answer = _called(context, operation, {**arguments, "progress": bar})
    finally:
        bar.close()
    show(answer, as_json=session_of(context).as_json, tell=tell)


def _called(context: Context, operation: Callable[..., Answer], arguments: Mapping[str, Any]) -> Answer:
    session = session_of(context)
    with session.app() as app:
        return session.signed_in(app, lambda: operation(app, **arguments))


@cli.command()
def enroll(
    context: Context,
    server: Annotated[str, typer.Option(help="Address of the server, https://…")] = "",
    user: Annotated[str, typer.Option(help="User name.")] = "",
    ca: Annotated[Path | None, typer.Option(help="The organisation's CA certificate.")] = None,
    new_password_stdin: Annotated[
        bool, typer.Option("--new-password-stdin", help="Read the new one from standard input.")
    ] = False,
    device_name: Annotated[str | None, typer.Option(help="How the device list calls this laptop.")] = None,
    renew: Annotated[
        bool, typer.Option("--renew", help="A fresh identity for the profile that is there; what was not sent stays.")
    ] = False,
) -> None:
    """Set this device up for a user: a new profile, its keys and its first synchronisation.

    --renew: for a profile that was put back from a copy, or copied to two machines. Needs no other option.
    """
    session = session_of(context)
    if renew:
        answer = renew_device(session)
    else:
        answer = enrol_device(
            session, required("--server", server), required("--user", user), ca, new_password_stdin, device_name
        )
    show(answer, as_json=session.as_json, tell=readable.enrolled)


@cli.command()
def status(context: Context) -> None:
    """Who is signed in, what is waiting, how the key is kept."""
    _answer(context, operations.status, readable.status)


@cli.command()
def sync(context: Context) -> None:
    """Send what waits and fetch what is new."""
    _answer_with_progress(context, "Syncing", operations.sync)


@cli.command()
def search(context: Context, text: str, limit: int = 50) -> None:
    """Find words, phones and numbers in everything this device holds."""
    _answer(context, operations.search, readable.hits, text=text, limit=limit)


@cli.command()
def shell(context: Context) -> None:
    """Read one JSON command per line and answer each with one JSON line."""
    session = session_of(context)
    with session.app() as app:
        serve(session, app, sys.stdin)


@record.command("list")
def record_list(
    context: Context, entity: str, where: Wheres = None, order: str = "id", limit: int | None = None
) -> None:
    """List rows; --order -FIELD for descending."""
    _answer(
        context, operations.record_list, readable.records(entity), entity=entity,
        where=pairs(where or (), "--where"), order=order, limit=limit,
    )  # fmt: skip


@record.command("get")
def record_get(context: Context, entity: str, id: str) -> None:  # noqa: A002 (shown as ID)
    """Show one row."""
    _answer(context, operations.record_get, entity=entity, id=id)


@record.command("create")
def record_create(context: Context, entity: str, set: Sets = None) -> None:  # noqa: A002 (the option is --set)
    """Make a row."""
    _answer(context, operations.record_create, entity=entity, set=pairs(set or (), "--set"))


@record.command("update")
def record_update(context: Context, entity: str, id: str, set: Sets = None) -> None:  # noqa: A002 (shown as ID, --set)
    """Change a row."""
    _answer(context, operations.record_update, entity=entity, id=id, set=pairs(set or (), "--set"))


@record.command("delete")
def record_delete(context: Context, entity: str, id: str) -> None:  # noqa: A002 (shown as ID)
    """Delete a row."""
    _answer(context, operations.record_delete, entity=entity, id=id)


@record.command("restore")
def record_restore(context: Context, entity: str, id: str) -> None:  # noqa: A002 (shown as ID)
    """Take back the deletion of a row; the next sync brings it."""
    _answer(context, operations.record_restore, entity=entity, id=id)


@cli.command("import")
def import_file(
    context: Context,
    file: Annotated[str, typer.Argument(help="The file; or “undo BATCH” to take an import back.")],
    batch: Annotated[str | None, typer.Argument(hidden=True)] = None,
    entity: Annotated[str, typer.Option(help="What the rows are: lead, contact, company, vehicle …")] = "lead",
    column: Annotated[
        list[str] | None, typer.Option("--map", help="COLUMN=field, or - to leave it out; may be given again.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="A known kind of file, such as zoho-leads.")] = None,
    on_duplicate: Annotated[OnDuplicate, typer.Option(help="What to do with a row that is already here.")] = "skip",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would happen, change nothing.")] = False,
) -> None:
    """Import a CSV, XLSX or vCard file, or undo an import."""
    if file == "undo" and batch:
        _answer(context, operations.import_undo, readable.undone, batch=batch)
        return
    _answer_with_progress(
        context, "Importing", operations.import_file, readable.imported, file=file, entity=entity,
        map=pairs(column or (), "--map"), preset=preset, on_duplicate=on_duplicate, dry_run=dry_run,
    )  # fmt: skip


@cli.command()
def export(context: Context, entity: str, output: Output, where: Wheres = None) -> None:
    """Write a list to a .csv, .xlsx or .json file."""
    _answer(context, operations.export, entity=entity, output=str(output), where=pairs(where or (), "--where"))


@documents.command("add")
def document_add(
    context: Context,
    file: Path,
    lead: Annotated[str, typer.Option()],
    title: str | None = None,
    category: str = "other",
) -> None:
    """Attach a file to a lead."""
    _answer(context, operations.document_add, file=str(file), lead=lead, title=title, category=category)


@documents.command("get")
def document_get(context: Context, id: str, output: Output) -> None:  # noqa: A002 (shown as ID)
    """Write a document to a file; it is fetched from the server if it is not on this device."""
    _answer_with_progress(context, "Fetching", operations.document_get, id=id, output=str(output))


@documents.command("list")
def document_list(context: Context, lead: str | None = None) -> None:
    """List documents and where the bytes of each are."""
    _answer(context, operations.document_list, readable.documents, lead=lead)


@documents.command("pin")
def document_pin(context: Context, id: str, of: Pinned = "document") -> None:  # noqa: A002 (shown as ID)
    """Keep a document on this device, or all of a lead, customer or deal; the next sync fetches what is missing."""
    _answer(context, operations.document_pin, id=id, of=of)


@documents.command("unpin")
def document_unpin(context: Context, id: str, of: Pinned = "document") -> None:  # noqa: A002 (shown as ID)
    """Keep it no longer than there is room."""
    _answer(context, operations.document_unpin, id=id, of=of)


@documents.command("free")
def document_free(context: Context, id: str) -> None:  # noqa: A002 (shown as ID)
    """Free up the space of a document that the server has."""
    _answer(context, operations.document_free, id=id)


@documents.command("space")
def document_space(
    context: Context, budget: Annotated[int | None, typer.Option(min=1, help="Bytes documents may take here.")] = None
) -> None:
    """How much room documents take on this device; --budget sets how much they may take."""
    _answer(context, operations.document_space, budget=budget)


@conflicts.command("list")
def conflicts_list(context: Context) -> None:
    """List what waits for a decision."""
    _answer(context, operations.conflicts_list, readable.conflicts)


@conflicts.command("show")
def conflicts_show(context: Context, id: str) -> None:  # noqa: A002 (shown as ID)
    """Show both values, by whom and when."""
    _answer(context, operations.conflicts_show, id=id)


@conflicts.command("resolve")
def conflicts_resolve(
    context: Context,
    id: str,  # noqa: A002 (shown as ID)
    take: Annotated[Take, typer.Option(help="Which value stays.")],
    set: Sets = None,  # noqa: A002 (the option is --set)
) -> None:
    """Decide: the value set aside, the server's, or one given with --set FIELD=VALUE."""
    _answer(context, operations.conflicts_resolve, id=id, take=take, set=pairs(set or (), "--set"))


@conflicts.command("undo")
def conflicts_undo(context: Context, id: str) -> None:  # noqa: A002 (shown as ID)
    """Take back a decision: the value it replaced is back, and the conflict is open again."""
    _answer(context, operations.conflicts_undo, id=id)


@cli.command()
def report(
    context: Context,
    name: Annotated[str, typer.Argument(help="Name of the report, or “list”.")],
    output: Annotated[Path | None, typer.Option("--output", "-o", help="A .pdf or .xlsx file.")] = None,
    since: Annotated[str | None, typer.Option("--from", help="First day, YYYY-MM-DD.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Last day, YYYY-MM-DD.")] = None,
) -> None:
    """Make a report, or list the reports there are."""
    if name == "list":
        _answer(context, operations.report_list, readable.reports)
        return
    if output is None:
        raise typer.BadParameter("A report needs -o FILE.")
    _answer(context, operations.report, name=name, output=str(output), since=since, until=until)


@privacy.command("search")
def privacy_search(context: Context, text: str) -> None:
    """Find a person by phone, e-mail or name."""
    _answer(context, operations.privacy_search, readable.people, text=text)


@privacy.command("export")
def privacy_export(
    context: Context,
    subject: Annotated[str, typer.Argument(help="Id of the customer or lead, from “nxcrm privacy search”.")],
    output: Output,
    reason: Annotated[str, typer.Option(help="On what basis.")] = "access request",
    recipient: Annotated[str, typer.Option(help="Who receives it.")] = "the person",
) -> None:
    """Write everything held on one person as a package."""
    _answer(
        context, operations.privacy_export, subject=subject, output=str(output), reason=reason,
        recipient=recipient,
    )  # fmt: skip


@privacy.command("verify")
def privacy_verify(context: Context, file: Path) -> None:
    """Check a package; needs neither a profile nor a password."""
    session = session_of(context)
    show(asdict(verify_package(file)), as_json=session.as_json, tell=readable.fields)


@cli.command()
def demo(
    context: Context,
    folder: Annotated[Path, typer.Option("--dir", help="Where the demo organisation lives.")] = Path("demo-output"),
    leads: Annotated[int, typer.Option(min=10, help="How many leads it has.")] = 400,
    headless: Annotated[bool, typer.Option("--headless", help="Walk through the story without a window.")] = False,
) -> None:
    """A whole demo organisation: a server, a sales tree, laptops with leads in them."""
    from nxcrm_desktop.demo.run import run_demo

    session = session_of(context)
    figures = run_demo(folder, leads=leads, headless=headless, quiet=session.as_json)
    if session.as_json:  # otherwise it has told its story already
        show(figures, as_json=True, tell=readable.fields)


def run(argv: list[str]) -> int:
    """Run one command line; returns the exit code."""
    try:
        cli(hoist(argv), prog_name=cli.info.name)
    except NxcrmError as error:
        fail(error, as_json="--json" in argv)
        return 1
    except SystemExit as done:
        return done.code if isinstance(done.code, int) else 1
    return 0
