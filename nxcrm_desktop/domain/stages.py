"""The pipeline a new organisation starts with; it may be changed afterwards (``lead_stage`` rows)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """One step: key, English and Hindi name, probability of a sale in per cent, outcome (open, won, lost)."""

    key: str
    label: str
    label_hi: str
    probability: int
    outcome: str = "open"


DEFAULT_STAGES: tuple[Stage, ...] = (
    Stage("new", "New", "नया", 5),
    Stage("attempted", "Attempted to contact", "संपर्क का प्रयास", 10),
    Stage("contacted", "Contacted", "संपर्क हुआ", 20),
    Stage("qualified", "Qualified", "योग्य", 35),
    Stage("test_drive", "Test drive", "टेस्ट ड्राइव", 50),
    Stage("negotiation", "Negotiation", "मोल-भाव", 70),
    Stage("booked", "Booked", "बुक", 90),
    Stage("delivered", "Delivered", "डिलीवर", 100, "won"),
    Stage("lost", "Lost", "हाथ से गया", 0, "lost"),
    Stage("junk", "Junk", "बेकार", 0, "lost"),
)
FIRST_STAGE = DEFAULT_STAGES[0].key
