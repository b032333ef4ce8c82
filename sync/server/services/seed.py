"""What a new organisation's database starts with."""

from __future__ import annotations

from hashlib import sha256

from sqlalchemy import Engine

from nxcrm_desktop.domain.clock import now_ms, today
from nxcrm_desktop.domain.ids import new_id
from nxcrm_desktop.domain.stages import DEFAULT_STAGES
from sync.server.services.writes import ServerWrite, server_write
from sync.server.store.epochs import begin_epoch


def begin_organisation(engine: Engine, *, policy_text: str, policy_version: str = "1", language: str = "en") -> str:
    """First epoch, the pipeline's stages and the first privacy policy, in one transaction; returns the epoch.

    Raises sqlalchemy.exc.IntegrityError if the database already has one.
    """
    with server_write(engine, None) as write:
        return seed(write, policy_text=policy_text, policy_version=policy_version, language=language)


def seed(write: ServerWrite, *, policy_text: str, policy_version: str = "1", language: str = "en") -> str:
    """The same inside a transaction that does more."""
    epoch = begin_epoch(write.connection, now_ms())
    _put_stages(write)
    write.put(
        "policy_version",
        {
            "version": policy_version,
            "language": language,
            "body": policy_text,
            "body_sha256": sha256(policy_text.encode()).hexdigest(),
            "effective_on": today().isoformat(),
        },
    )
    return epoch


def _put_stages(write: ServerWrite) -> None:
    for position, stage in enumerate(DEFAULT_STAGES, start=1):
        write.put(
            "lead_stage",
            {
                "key": stage.key,
                "label": stage.label,
                "label_hi": stage.label_hi,
                "position": position,
                "probability": stage.probability,
                "outcome": stage.outcome,
            },
            row_id=new_id(),
        )
