"""What the command line can do, by name. Commands and the shell both call these; each takes the open application."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from pathlib import Path
from typing import Literal

from nxcrm_desktop.bootstrap import App
from nxcrm_desktop.cli.output import Answer, Progress, plain
from nxcrm_desktop.domain import clock, values
from nxcrm_desktop.domain.records import Value
from nxcrm_desktop.reports.watch import Watch
from nxcrm_desktop.services.conflicts import ConflictView
from nxcrm_desktop.services.paper_sync import Place

Fields = Mapping[str, Value]
PinnedBy = Literal["document", "lead", "contact", "transaction"]


def status(app: App) -> Answer:
    """Who, where, how much is waiting, and how the key is kept."""
    return app.status.report()


def sync(app: App, progress: Progress | None = None) -> Answer:
    """One whole synchronisation."""
    summary = app.sync.run(progress=(lambda now: progress(now.n, now.of)) if progress else None)
    return {one.name: getattr(summary, one.name) for one in fields(summary) if one.name != "papers"}


def record_list(
    app: App, entity: str, where: Fields | None = None, order: str = "id", limit: int | None = None
) -> Answer:
    """Rows of an entity, filtered by equality, in ascending order (``-field`` for descending)."""
    query = app.records.query(entity, _filters(where), order=order.removeprefix("-"), descending=order.startswith("-"))
    return [plain(record) for record in app.records.list(query, limit=limit)]


def record_get(app: App, entity: str, id: str) -> Answer:  # noqa: A002 (the shell's argument is called id)
    """One row."""
    return plain(app.records.get(entity, id))


def record_create(app: App, entity: str, set: Fields) -> Answer:  # noqa: A002 (as the option is called)
    """A new row; answers with it."""
    return plain(app.records.get(entity, app.records.create(entity, set)))


def record_update(app: App, entity: str, id: str, set: Fields) -> Answer:  # noqa: A002 (as the option is called)
    """Change a row; answers with it."""
    app.records.update(entity, id, set)
    return plain(app.records.get(entity, id))


def record_delete(app: App, entity: str, id: str) -> Answer:  # noqa: A002 (the shell's argument is called id)
    """Delete a row."""
    app.records.delete(entity, id)
    return {"deleted": id}


def record_restore(app: App, entity: str, id: str) -> Answer:  # noqa: A002 (the shell's argument is called id)
    """Take back the deletion of a row."""
    app.records.restore(entity, id)
    return {"restored": id}


def search(app: App, text: str, limit: int = 50) -> Answer:
    """Full-text search over everything this device holds."""
    found = app.search.search(text, limit=limit)
    return [{"entity": hit.entity, "id": hit.id, "title": hit.title, "record": plain(hit.record)} for hit in found]


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
    return result.as_json()


def import_undo(app: App, batch: str) -> Answer:
    """Take an import back; rows that were changed since stay."""
    return app.imports.undo(batch).as_json()


def export(app: App, entity: str, output: str, where: Fields | None = None) -> Answer:
    """Write a list to a CSV, XLSX or JSON file."""
    return {"file": output, "rows": app.exports.export(app.records.query(entity, _filters(where)), Path(output))}


def document_add(app: App, file: str, lead: str, title: str | None = None, category: str = "other") -> Answer:
    """Attach a file to a lead."""
    made = app.papers.attach(Path(file), lead_id=lead, title=title, category=category)
    return plain(app.records.get("document", made))


def document_get(app: App, id: str, output: str, progress: Progress | None = None) -> Answer:  # noqa: A002 (as the shell calls it)
    """Write the newest version of a document to a file; its bytes are fetched if they are not here."""
    app.papers.save_to(id, Path(output), watch=Watch(progress) if progress else Watch())
    return {"file": output}


def document_list(app: App, lead: str | None = None) -> Answer:
    """The documents this device knows of, and where the bytes of each are."""
    rows = list(app.records.list(app.records.query("document", _filters({"lead_id": lead} if lead else None))))
    places = app.paper_sync.places([row.id for row in rows])
    return [plain(row) | _place(places.get(row.id)) for row in rows]


def _place(place: Place | None) -> dict[str, object]:
    if place is None:
        return {"place": None, "size_bytes": None, "kept": None, "failure": None}
    return {"place": place.state.value, "size_bytes": place.size, "kept": place.kept, "failure": place.failure}


def document_pin(app: App, id: str, of: PinnedBy = "document") -> Answer:  # noqa: A002 (as the shell calls it)
    """Keep a document, or all of a lead, a customer or a deal, on this device. What is not here comes with a sync."""
    app.records.get(of, id)
    app.paper_sync.keep(of, [id])
    return {"kept": True, "id": id}


def document_unpin(app: App, id: str, of: PinnedBy = "document") -> Answer:  # noqa: A002 (as the shell calls it)
    """Keep it no longer than there is room."""
    app.paper_sync.keep(of, [id], keep=False)
    return {"kept": False, "id": id}


def document_free(app: App, id: str) -> Answer:  # noqa: A002 (as the shell calls it)
    """Remove a document's bytes from this device; the server keeps them."""
    app.paper_sync.free([id])
    return {"freed": id}


def document_space(app: App, budget: int | None = None) -> Answer:
    """How much room documents take here, in bytes; ``budget`` sets how much they may take."""
    if budget is not None:
        app.paper_sync.set_budget(budget)
    return asdict(app.paper_sync.space())


def conflicts_list(app: App) -> Answer:
    """Conflicts that wait for a person."""
    return [_conflict(view) for view in app.conflicts.list()]


def conflicts_show(app: App, id: str) -> Answer:  # noqa: A002 (the shell's argument is called id)
    """One conflict: base, mine, theirs, by whom and when."""
    return _conflict(app.conflicts.get(id))


def conflicts_resolve(
    app: App,
    id: str,  # noqa: A002 (the shell's argument is called id)
    take: Literal["mine", "server", "merged"],
    set: Fields | None = None,  # noqa: A002 (as the option is called)
) -> Answer:
    """Decide a conflict; ``merged`` takes the value from ``set``."""
    view = app.conflicts.get(id)
    value = app.records.parse(view.entity, set or {}).get(view.field) if take == "merged" else None
    app.conflicts.resolve(id, take, value)
    return _conflict(app.conflicts.get(id))


def conflicts_undo(app: App, id: str) -> Answer:  # noqa: A002 (the shell's argument is called id)
    """Take back a decision."""
    app.conflicts.undo(id)
    return _conflict(app.conflicts.get(id))


def _conflict(view: ConflictView) -> dict[str, object]:
    shown = {name: values.machine(view.facts, getattr(view, name)) for name in ("base", "mine", "theirs", "current")}
    times = {name: clock.to_iso(getattr(view, name)) for name in ("mine_at", "theirs_at")}
    told = ("id", "entity", "row_id", "row_title", "row_exists", "field", "status", "mine_by", "theirs_by")
    return {name: getattr(view, name) for name in told} | shown | times


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


def _filters(where: Fields | None) -> list[str]:
    return [f"{field}={value}" for field, value in (where or {}).items()]


SHELL: Mapping[str, Callable[..., Answer]] = {
    "status": status, "sync": sync, "search": search, "export": export, "import": import_file,
    "import.undo": import_undo, "record.list": record_list, "record.get": record_get,
    "record.create": record_create, "record.update": record_update, "record.delete": record_delete,
    "document.add": document_add, "document.get": document_get, "document.list": document_list,
    "document.pin": document_pin, "document.unpin": document_unpin, "document.free": document_free,
    "document.space": document_space,
    "conflicts.list": conflicts_list, "conflicts.show": conflicts_show, "conflicts.resolve": conflicts_resolve,
    "conflicts.undo": conflicts_undo, "record.restore": record_restore,
    "report": report, "report.list": report_list, "privacy.search": privacy_search, "privacy.export": privacy_export,
}  # fmt: skip
"""Commands of `nxcrm shell`: {"cmd": NAME, "args": {…}}."""
