"""Importing files: look at it, run it, undo it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import EntityInfo, entity
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.permissions import Action, writable_fields
from nxcrm_desktop.errors import NxcrmError
from nxcrm_desktop.importing import planning
from nxcrm_desktop.importing.mapping import Draft, Plan, Rejection
from nxcrm_desktop.importing.presets import preset as named_preset, suggest
from nxcrm_desktop.importing.readers import open_source
from nxcrm_desktop.importing.source import Source
from nxcrm_desktop.services import guard
from nxcrm_desktop.services.changes import fresh, stage_words
from nxcrm_desktop.services.import_result import Cancel, ImportResult, Progress, UndoResult
from nxcrm_desktop.services.import_run import ImportRun, OnDuplicate
from nxcrm_desktop.services.import_undo import undo_rows
from nxcrm_desktop.store.batches import ImportBatch
from nxcrm_desktop.store.engine import Store
from nxcrm_desktop.store.reader import Reader

_BATCH_ROWS = 500
_SAMPLE = 20


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What a file holds and what an import would make of it. ``mapping``: column → field; ``sample``: its first rows.

    ``problem`` says why it cannot be imported with this mapping, which then is what is understood so far;
    ``suggested_preset`` is for a person to accept.
    """

    columns: tuple[str, ...]
    row_count: int
    encoding: str
    delimiter: str
    notes: tuple[str, ...]
    mapping: Mapping[str, str]
    unmapped: tuple[str, ...]
    sample: tuple[Mapping[str, str], ...]
    suggested_preset: str | None
    problem: str


class ImportService:
    """Use cases of importing. A run takes one transaction for every 500 rows; its batch ties them together."""

    def __init__(self, store: Store, actor: Actor) -> None:
        self._store = store
        self._actor = actor

    def preview(
        self, path: Path, entity_name: str, mapping: Mapping[str, str] | None = None, preset: str | None = None
    ) -> ImportPreview:
        """Look at a file without importing it. Raises NxcrmError when it cannot be read at all."""
        info = self._allowed(entity_name, "skip")
        source = open_source(path)
        columns: dict[str, str] = {}
        problem = ""
        try:
            request = self._request(info, mapping, preset)
            columns = planning.understood(source, request)
            planning.plan(source, request)
        except NxcrmError as error:
            problem = error.message
        sample = tuple(dict(zip(source.columns, row.cells, strict=False)) for row in islice(source.rows(), _SAMPLE))
        return ImportPreview(
            source.columns, source.row_count, source.encoding, source.delimiter, source.notes, columns,
            tuple(name for name in source.columns if name not in columns), sample,
            suggest(entity_name, source.columns), problem,
        )  # fmt: skip

    def run(
        self,
        path: Path,
        entity_name: str,
        mapping: Mapping[str, str] | None = None,
        preset: str | None = None,
        *,
        on_duplicate: OnDuplicate = "skip",
        dry_run: bool = False,
        progress: Progress | None = None,
        cancel: Cancel | None = None,
    ) -> ImportResult:
        """Import a file. ``dry_run`` counts the same and writes nothing. What is done at a cancel stays.

        Raises NxcrmError for a file, a mapping or a preset that cannot be used (nothing is imported then), and for a
        failure on the way (``details["batch"]`` names what was imported before it).
        """
        info = self._allowed(entity_name, on_duplicate)
        source = open_source(path)
        plan = planning.plan(source, self._request(info, mapping, preset))
        result = ImportResult(unmapped=plan.unmapped, notes=source.notes, dry_run=dry_run)
        run = ImportRun(plan, self._actor, on_duplicate, result)
        batch = new_id()
        try:
            for done, drafts in _batches(source, plan, result):
                if cancel is not None and cancel():
                    result.cancelled = True
                    break
                self._take(run, drafts, batch, source)
                if progress is not None:
                    progress(done, source.row_count)
        except NxcrmError as error:
            raise _halfway(error, result) from error
        return result

    def undo(self, batch_id: str, progress: Progress | None = None) -> UndoResult:
        """Delete what an import made and restore what it changed, unless it was worked on since.

        Raises NxcrmError ``batch_unknown``, ``batch_undone``, ``not_allowed``.
        """
        with self._store.read() as reader:
            batch, rows = _batch(reader, batch_id), reader.batch_rows(batch_id)
        info = entity(batch.entity)
        if any(row.before is None for row in rows):
            guard.require(self._actor, Action.DELETE, info.name)
        deleted, restored, kept = 0, 0, list[str]()
        for start in range(0, len(rows), _BATCH_ROWS):
            with self._store.write(self._actor) as unit:
                counts = undo_rows(unit, info, batch_id, rows[start : start + _BATCH_ROWS])
            deleted, restored, kept = deleted + counts[0], restored + counts[1], kept + counts[2]
            if progress is not None:
                progress(min(start + _BATCH_ROWS, len(rows)), len(rows))
        with self._store.write(self._actor) as unit:
            unit.mark_undone(batch_id)
        return UndoResult(deleted, restored, tuple(kept))

    def batches(self) -> list[ImportBatch]:
        """Imports on this device, newest first."""
        with self._store.read() as reader:
            return reader.batches()

    def _take(self, run: ImportRun, drafts: list[Draft], batch: str, source: Source) -> None:
        if run.result.dry_run:
            with self._store.read() as reader:
                run.decide(reader, drafts)
            return
        with self._store.write(self._actor) as unit:
            rows = run.write(unit, run.decide(unit, drafts), batch)
            if rows:
                run.result.batch = batch
                unit.put_batch(batch, run.entity, source.path.name, rows, _summary(run.result))

    def _allowed(self, name: str, on_duplicate: str) -> EntityInfo:
        info = entity(name)
        if not info.facts.importable:
            raise guard.not_allowed(self._actor, f"import {info.facts.plural.lower()}")
        guard.require(self._actor, Action.CREATE, name)
        guard.require(self._actor, Action.DELETE, name)  # whoever imports must be able to take it back
        if on_duplicate == "update":
            guard.require(self._actor, Action.UPDATE, name)
        return info

    def _request(self, info: EntityInfo, mapping: Mapping[str, str] | None, preset: str | None) -> planning.Request:
        chosen = named_preset(preset) if preset else None
        if chosen is not None and chosen.entity != info.name:
            raise _wrong_preset(chosen.label, info)
        with self._store.read() as reader:
            stages = stage_words(reader)
        writable = writable_fields(self._actor.role, info, Action.CREATE)
        defaults = fresh(info, self._actor)
        return planning.Request(info, writable, stages, defaults, mapping, chosen)


def _batches(source: Source, plan: Plan, result: ImportResult) -> Iterator[tuple[int, list[Draft]]]:
    """(rows read so far, drafts of the next batch); rows that cannot be drafts are rejected on the way."""
    rows = source.rows()
    done = 0
    while batch := list(islice(rows, _BATCH_ROWS)):
        done += len(batch)
        drafts: list[Draft] = []
        for row in batch:
            made = plan.draft(row)
            if isinstance(made, Rejection):
                result.reject(made)
            else:
                drafts.append(made)
        yield done, drafts


def _summary(result: ImportResult) -> dict[str, Any]:
    return {
        "created": result.created, "updated": result.updated, "duplicates": result.duplicates,
        "rejected": result.rejected_count,
    }  # fmt: skip


def _batch(reader: Reader, batch_id: str) -> ImportBatch:
    batch = reader.batch(batch_id)
    if batch is None:
        raise NxcrmError(
            "batch_unknown", "There is no such import on this device.", safe="Nothing was changed.",
            todo="Undo it on the device that made it.",
        )  # fmt: skip
    if batch.undone_at is not None:
        raise NxcrmError("batch_undone", "This import was undone before.", safe="Nothing was changed.")
    return batch


def _wrong_preset(label: str, info: EntityInfo) -> NxcrmError:
    return NxcrmError(
        "wrong_preset", f"The preset “{label}” is not for {info.facts.plural.lower()}.", safe="Nothing was imported.",
        todo="Choose the preset, or the kind of record, that fits the file.",
    )  # fmt: skip


def _halfway(error: NxcrmError, result: ImportResult) -> NxcrmError:
    if result.batch is None:
        return error
    return NxcrmError(
        error.code, error.happened,
        safe="The rows before it were imported whole; the rest was not.",
        todo=f"{error.todo} Then import the file again: rows that are here are skipped. Or undo import {result.batch}.",
        details={**error.details, "batch": result.batch},
    )  # fmt: skip
