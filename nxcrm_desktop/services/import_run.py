"""One run of an import: drafts of one batch of rows after another become records, or reasons why not."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import COMMON, EntityInfo
from nxcrm_desktop.domain.facts import Write
from nxcrm_desktop.domain.permissions import Action, writable_fields
from nxcrm_desktop.domain.records import Record, Value
from nxcrm_desktop.domain.values import pack_tags, unpack_tags
from nxcrm_desktop.importing.duplicates import Key, SeenKeys, keys_of
from nxcrm_desktop.importing.mapping import Draft, Plan, Rejection
from nxcrm_desktop.importing.references import Importer, References, settle
from nxcrm_desktop.services.changes import change
from nxcrm_desktop.services.import_result import ImportResult, LookAlike
from nxcrm_desktop.store.batches import ImportedRow
from nxcrm_desktop.store.reader import Reader
from nxcrm_desktop.store.uow import UnitOfWork

OnDuplicate = Literal["skip", "update", "create"]


@dataclass(slots=True)
class _Work:
    """What is to be done for the rows of one batch."""

    fresh: list[Draft] = field(default_factory=list)
    fresh_by_key: dict[Key, Draft] = field(default_factory=dict)
    updates: list[tuple[str, dict[str, Value]]] = field(default_factory=list)


class ImportRun:
    """Decides about drafts and writes what was decided. ``result`` grows with every batch."""

    def __init__(self, plan: Plan, actor: Actor, on_duplicate: OnDuplicate, result: ImportResult) -> None:
        self.result = result
        self._plan = plan
        self._info = plan.info
        self._on_duplicate = on_duplicate
        self._seen = SeenKeys()
        fields = writable_fields(actor.role, plan.info, Action.UPDATE)
        self._updatable = fields - {n for n in fields if plan.info.fields[n].write is Write.MANAGER}
        may_give = any(plan.info.fields[name].write is Write.MANAGER for name in fields)
        self._importer = Importer(actor.user_id, may_give)

    @property
    def entity(self) -> str:
        """The entity the rows become."""
        return self._info.name

    def decide(self, reader: Reader, drafts: Sequence[Draft]) -> _Work:
        """Look up references and duplicates; count what will become of each draft."""
        settled = self._settled(reader, drafts)
        stored = self._stored(reader, settled)
        work = _Work()
        for draft in settled:
            self._place(work, draft, stored)
        work.updates = [update for update in work.updates if self._differs(reader, *update)]
        return work

    def write(self, unit: UnitOfWork, work: _Work, batch: str) -> list[ImportedRow]:
        """Create and update. Returns the rows as the batch remembers them."""
        rows = [{**self._plan.defaults, **draft.values} for draft in work.fresh]
        created = unit.create_many(self._info.name, rows) if rows else []
        before: dict[str, str] = {}
        for row_id, values in work.updates:
            before.setdefault(row_id, self._update(unit, row_id, values))
        touched = unit.get_many(self._info.name, [*created, *before])
        return [ImportedRow(row.id, digest(self._info, row, batch), before.get(row.id)) for row in touched]

    def _settled(self, reader: Reader, drafts: Sequence[Draft]) -> list[Draft]:
        references = References(reader.find_equal)
        references.load(drafts)
        kept: list[Draft] = []
        for draft in drafts:
            outcome = settle(self._info, draft, references, self._importer)
            if isinstance(outcome, Rejection):
                self.result.reject(outcome)
            else:
                self.result.warn(outcome)
                kept.append(draft)
        return kept

    def _stored(self, reader: Reader, drafts: Sequence[Draft]) -> dict[Key, list[str]]:
        """Rows of the store by the keys of these drafts."""
        wanted: dict[str, set[str]] = {}
        for draft in drafts:
            for key in keys_of(self._info, draft.values):
                wanted.setdefault(key.field, set()).add(key.value)
        found: dict[Key, list[str]] = {}
        for name, texts in wanted.items():
            for record in reader.find_equal(self._info.name, name, sorted(texts)):
                found.setdefault(Key(name, record.text(name)), []).append(record.id)
        return found

    def _place(self, work: _Work, draft: Draft, stored: Mapping[Key, list[str]]) -> None:
        keys = keys_of(self._info, draft.values)
        ids = list(dict.fromkeys(row_id for key in keys for row_id in stored.get(key, ())))
        twins = list({id(t): t for key in keys if (t := work.fresh_by_key.get(key)) is not None}.values())
        alike = self._look_alike(draft, keys, stored)
        if alike is not None:
            self.result.look_alike(alike)
        if alike is None or self._on_duplicate == "create":
            self._make(work, draft, keys)
        elif self._on_duplicate == "skip":
            self.result.duplicates += 1
        elif len(ids) + len(twins) > 1:
            said = "It fits more than one row that is here, so it is not certain which to update."
            self.result.reject(Rejection(draft.line, "", said))
        else:
            self._renew(work, draft, keys, ids, twins)

    def _make(self, work: _Work, draft: Draft, keys: Sequence[Key]) -> None:
        work.fresh.append(draft)
        self.result.created += 1
        for key in keys:
            work.fresh_by_key.setdefault(key, draft)
            self._seen.add(key, draft.line)

    def _renew(
        self, work: _Work, draft: Draft, keys: Sequence[Key], ids: Sequence[str], twins: Sequence[Draft]
    ) -> None:
        self.result.updated += 1
        for key in keys:
            self._seen.add(key, draft.line)
        if twins:
            twins[0].values |= draft.values
        elif ids:
            work.updates.append((ids[0], {n: v for n, v in draft.values.items() if n in self._updatable}))

    def _look_alike(self, draft: Draft, keys: Sequence[Key], stored: Mapping[Key, list[str]]) -> LookAlike | None:
        for key in keys:
            line = self._seen.line_of(key)
            if line is not None:
                return LookAlike(draft.line, key.field, f"line {line}")
            if key in stored:
                return LookAlike(draft.line, key.field, stored[key][0])
        return None

    def _differs(self, reader: Reader, row_id: str, values: dict[str, Value]) -> bool:
        """Whether an update would change anything; one that would not is a duplicate after all."""
        earlier = reader.require(self._info.name, row_id)
        if "tags" in values:
            values["tags"] = pack_tags(unpack_tags(earlier["tags"]) + unpack_tags(values["tags"]))
        differs = any(earlier[name] != value for name, value in values.items())
        if not differs:
            self.result.updated -= 1
            self.result.duplicates += 1
        return differs

    def _update(self, unit: UnitOfWork, row_id: str, values: Mapping[str, Value]) -> str:
        """Overwrite what the file gives. Returns the earlier values of what changed, as JSON."""
        earlier = unit.require(self._info.name, row_id)
        change(unit, self._info.name, row_id, values)
        now = unit.require(self._info.name, row_id)
        changed = {n: earlier[n] for n in self._info.columns if n not in COMMON and earlier[n] != now[n]}
        return msgspec.json.encode(changed).decode()


def digest(info: EntityInfo, row: Record, batch: str) -> str:
    """A digest of what people may change of a row (BLAKE2b, RFC 7693), different in every import."""
    values = [row[name] for name in info.columns if name not in COMMON]
    return hashlib.blake2b(msgspec.json.encode(values), digest_size=8, key=batch.encode()).hexdigest()
