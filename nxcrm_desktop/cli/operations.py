"""What the command line can do, by name. Commands and the shell both call these; each takes the open application."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Literal

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.cli.output import Answer, Progress, plain, typed
from nxcrm_desktop.domain.dictionary import entity
from nxcrm_desktop.domain.records import Condition, ListQuery, Record

Fields = Mapping[str, object]


def status(app: App) -> Answer:
    """Who, where, how much is waiting, and how the key is kept."""
    return app.status.report()


def sync(app: App, progress: Progress | None = None) -> Answer:
    """One whole synchronisation."""
    return asdict(app.sync.run(progress=progress))


def record_list(
    app: App, entity: str, where: Fields | None = None, order: str = "id", limit: int | None = None
) -> Answer:
    """Rows of an entity, filtered by equality, in ascending order (``-field`` for descending)."""
    query = ListQuery(
        entity, _conditions(entity, where or {}), order=order.removeprefix("-"), descending=order.startswith("-")
    )
    return [plain(record) for record in app.records.iterate(query, limit=limit)]


def record_get(app: App, entity: str, id: str) -> Answer:  # noqa: A002 (the shell's argument is called id)
    """One row."""
    return plain(app.records.get(entity, id))


def record_create(app: App, entity: str, set: Fields) -> Answer:  # noqa: A002 (as the option is called)
    """A new row; answers with it."""
    return plain(app.records.get(entity, app.records.create(entity, _values(entity, set))))


def record_update(app: App, entity: str, id: str, set: Fields) -> Answer:  # noqa: A002 (as the option is called)
    """Change a row; answers with it."""
    app.records.update(entity, id, _values(entity, set))
    return plain(app.records.get(entity, id))


def record_delete(app: App, entity: str, id: str) -> Answer:  # noqa: A002 (the shell's argument is called id)
    """Delete a row."""
    app.records.delete(entity, id)
    return {"deleted": id}


def search(app: App, text: str, limit: int = 50) -> Answer:
    """Full-text search over everything this device holds."""
    return [asdict(hit) for hit in app.search.search(text, limit=limit)]


def import_file(
    app: App,
    file: str,
    entity: str,
    map: Mapping[str, str] | None = None,  # noqa: A002 (as the option is called)
    preset: str | None = None,
    on_duplicate: Literal["skip", "update", "create"] = "skip",
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Answer:
    """Import a CSV, XLSX or vCard file."""
    result = app.imports.run(
        Path(file), entity, mapping=map or None, preset=preset, on_duplicate=on_duplicate, dry_run=dry_run,
        progress=progress,
    )  # fmt: skip
    return asdict(result)


def import_undo(app: App, batch: str) -> Answer:
    """Take an import back; rows that were changed since stay."""
    return asdict(app.imports.undo(batch))


def export(app: App, entity: str, output: str, where: Fields | None = None) -> Answer:
    """Write a list to a CSV, XLSX or JSON file."""
    query = ListQuery(entity, _conditions(entity, where or {}), order="id")
    return {"file": output, "rows": app.exports.write(query, Path(output))}


def document_add(app: App, file: str, lead: str, title: str | None = None, category: str = "other") -> Answer:
    """Attach a file to a lead."""
    made = app.papers.attach(Path(file), lead_id=lead, title=title, category=category)
    return plain(app.records.get("document", made))


def document_get(app: App, id: str, output: str) -> Answer:  # noqa: A002 (the shell's argument is called id)
    """Write the newest version of a document to a file."""
    app.papers.save_to(id, Path(output))
    return {"file": output}


def document_list(app: App, lead: str | None = None) -> Answer:
    """The documents this device knows of."""
    return record_list(app, "document", {"lead_id": lead} if lead else None)


def conflicts_list(app: App) -> Answer:
    """Conflicts that wait for a person."""
    return [plain(record) for record in app.conflicts.list_open()]


def conflicts_show(app: App, id: str) -> Answer:  # noqa: A002 (the shell's argument is called id)
    """One conflict: base, mine, theirs, by whom and when."""
    return plain(app.records.get("conflict", id))


def conflicts_resolve(
    app: App,
    id: str,  # noqa: A002 (the shell's argument is called id)
    take: Literal["mine", "server", "merged"],
    set: Fields | None = None,  # noqa: A002 (as the option is called)
) -> Answer:
    """Decide a conflict; ``merged`` takes the value from ``set``."""
    conflict = app.records.get("conflict", id)
    app.conflicts.resolve(id, take, _merged_value(conflict, take, set or {}))
    return plain(app.records.get("conflict", id))


def _merged_value(conflict: Record, take: str, given: Fields) -> str | int | None:
    if take != "merged":
        return None
    name = conflict.text("field")
    return _values(conflict.text("entity"), given).get(name)


def report(app: App, name: str, output: str, since: str | None = None, until: str | None = None) -> Answer:
    """Make a report as PDF or XLSX."""
    return asdict(app.reports.make(name, Path(output), since=since, until=until))


def report_list(app: App) -> Answer:
    """The reports there are."""
    return [asdict(one) for one in app.reports.available()]


def privacy_search(app: App, text: str) -> Answer:
    """Find a person by phone, e-mail or name."""
    return [asdict(hit) for hit in app.privacy.search(text)]


def privacy_export(
    app: App, subject: str, output: str, reason: str = "access request", recipient: str = "the person"
) -> Answer:
    """Everything held on one person, as a package."""
    return asdict(app.privacy.export(subject, Path(output), reason=reason, recipient=recipient))


def _conditions(name: str, where: Fields) -> tuple[Condition, ...]:
    info = entity(name)
    return tuple(Condition(field, value=typed(info.field(field), field, value)) for field, value in where.items())


def _values(name: str, given: Fields) -> dict[str, str | int | None]:
    info = entity(name)
    return {field: typed(info.field(field), field, value) for field, value in given.items()}


SHELL = {
    "status": status, "sync": sync, "search": search, "export": export, "import": import_file,
    "import.undo": import_undo, "record.list": record_list, "record.get": record_get,
    "record.create": record_create, "record.update": record_update, "record.delete": record_delete,
    "document.add": document_add, "document.get": document_get, "document.list": document_list,
    "conflicts.list": conflicts_list, "conflicts.show": conflicts_show, "conflicts.resolve": conflicts_resolve,
    "report": report, "report.list": report_list, "privacy.search": privacy_search, "privacy.export": privacy_export,
}  # fmt: skip
"""Commands of `nxcrm shell`: {"cmd": NAME, "args": {…}}."""
