"""Vehicles: the stock, with registration and chassis numbers checked."""

from __future__ import annotations

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.records import Record
from ui.context import Context
from ui.language import translate
from ui.widgets.cells import Look
from ui.widgets.detail import RecordDetail
from ui.widgets.form import Group
from ui.widgets.list_pane import ListPane, Shown, Spec
from ui.words import said

ENTITY = "vehicle"
_TONES = {"available": "ok", "booked": "warn", "sold": "muted", "wanted": "accent"}


def _allowed(ctx: Context, names: tuple[str, ...]) -> tuple[str, ...]:
    fields = ENTITIES[ENTITY].fields
    return tuple(name for name in names if ctx.app.actor.role not in fields[name].hidden_from)


def groups(ctx: Context) -> tuple[Group, ...]:
    """The fields of the overview, in order; what a role may not see is not there."""
    return (
        Group(
            translate("Vehicles", "VEHICLE"),
            ("make", "model", "variant", "year", "fuel", "transmission", "colour", "odometer_km", "ownership"),
        ),
        Group(
            translate("Vehicles", "NUMBERS"),
            ("registration_number", "chassis_number", "engine_number", "insurance_expires_on"),
        ),
        Group(
            translate("Vehicles", "STOCK"),
            _allowed(ctx, ("stock_status", "asking_paise", "cost_paise", "acquired_on", "location")),
        ),
    )


def spec() -> Spec:
    """The list of vehicles."""
    choices = ENTITIES[ENTITY].fields["stock_status"].choices

    def tone(record: Record, column: str) -> str:
        return _TONES.get(str(record["stock_status"]), "") if column == "stock_status" else ""

    return Spec(
        entity=ENTITY,
        icon="car",
        columns=(
            Shown("model", 17, 0, Look.STRONG),
            Shown("make", 14, 3),
            Shown("registration_number", 14, 1),
            Shown("year", 7, 4),
            Shown("stock_status", 13, 2, Look.CHIP),
            Shown("asking_paise", 14, 5),
            Shown("colour", 10, 6),
            Shown("odometer_km", 12, 7),
            Shown("location", 14, 8),
        ),
        order="model",
        descending=False,
        chips=(("stock_status", lambda: [(value, said(words)) for value, words in choices]),),
        tone=tone,
    )


class VehicleDetail(RecordDetail):
    """One vehicle."""

    avatar = "car"

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, ENTITY, groups(ctx))

    def headline(self, record: Record) -> str:
        """Registration number, year, price."""
        names = ("registration_number", "year", "asking_paise")
        return " · ".join(text for text in (self.show_field(record, name) for name in names) if text)


class VehiclesPane(ListPane):
    """Vehicles."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, spec(), VehicleDetail(ctx))
