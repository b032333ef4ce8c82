"""Changing any row the way its aggregate wants it, inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Mapping

from nxcrm_desktop.domain.actors import Actor
from nxcrm_desktop.domain.dictionary import EntityInfo
from nxcrm_desktop.domain.records import ListQuery, Record, Value
from nxcrm_desktop.domain.stages import DEFAULT_STAGES, FIRST_STAGE
from nxcrm_desktop.services import guard
from nxcrm_desktop.store.reader import Reader
from nxcrm_desktop.store.uow import UnitOfWork

_OWNERS = ("owner_id", "assignee_id")


def change(work: UnitOfWork, entity: str, row_id: str, changes: Mapping[str, Value]) -> bool:
    """Change fields of a row; a lead's stage with its history. False when nothing differed."""
    rest = dict(changes)
    stage = rest.pop("stage", None) if entity == "lead" else None
    moved = move_stage(work, row_id, str(stage)) if stage is not None else False
    return (work.update(entity, row_id, rest) if rest else False) or moved


def fresh(info: EntityInfo, actor: Actor) -> dict[str, Value]:
    """What a new row gets unless it says otherwise: its maker owns it, a lead is new, a follow-up is open."""
    given: dict[str, Value] = {name: actor.user_id for name in _OWNERS if name in info.fields}
    if info.name == "lead":
        given["stage"] = FIRST_STAGE
    if info.name == "task":
        given["status"] = "open"
    return given


def move_stage(work: UnitOfWork, lead_id: str, stage: str, lost_reason: str | None = None) -> bool:
    """Set the stage and write the move down. A reason for losing a lead stays only while it is lost."""
    lead = work.require("lead", lead_id)
    if lead["stage"] == stage and lost_reason is None:
        return False
    outcome = outcome_of(work, stage)
    changes: dict[str, Value] = {}
    if lost_reason is not None or outcome != "lost":
        changes["lost_reason"] = lost_reason if outcome == "lost" else None
    moved = lead["stage"] != stage
    if moved:
        work.create("stage_change", {
            "lead_id": lead_id, "from_stage": lead["stage"], "to_stage": stage, "changed_at": work.at,
        })  # fmt: skip
        changes |= {"stage": stage, "last_activity_at": work.at}
    return (work.update("lead", lead_id, changes) if changes else False) or moved


def outcome_of(reader: Reader, stage: str) -> str:
    """The outcome of a stage: open, won or lost. Raises NxcrmError ``invalid_value`` when there is no such stage."""
    outcomes = {row.text("key"): row.text("outcome") for row in stage_rows(reader)}
    outcomes = outcomes or {known.key: known.outcome for known in DEFAULT_STAGES}
    try:
        return outcomes[stage]
    except KeyError:
        said = f"There is no stage “{stage}”."
        raise guard.invalid("stage", said, f"Stages are: {', '.join(outcomes)}.") from None


def stage_rows(reader: Reader) -> tuple[Record, ...]:
    """The steps of the pipeline in order."""
    return reader.page(ListQuery("lead_stage", order="position"), limit=1000).rows


def stage_words(reader: Reader) -> dict[str, str]:
    """Key, English and Hindi name of every stage, case-folded → key."""
    known = [(r.text("key"), r.text("label"), r.text("label_hi")) for r in stage_rows(reader)]
    known = known or [(s.key, s.label, s.label_hi) for s in DEFAULT_STAGES]
    return {word.casefold(): names[0] for names in known for word in names if word}
