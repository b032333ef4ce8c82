"""The places of the rail and the pane each opens; who may see which."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from nxcrm_desktop.domain.facts import Role
from nxcrm_desktop.domain.permissions import Action
from ui.context import Context
from ui.language import translate
from ui.panes.customers import CustomersPane
from ui.panes.documents import DocumentsPane
from ui.panes.leads import LeadsPane
from ui.panes.privacy import PrivacyPane
from ui.panes.reports import ReportsPane
from ui.panes.sync_centre import SyncPane
from ui.panes.transactions import TransactionsPane
from ui.panes.vehicles import VehiclesPane
from ui.widgets.pane import Pane
from ui.widgets.rail import Place

_REPORTERS = frozenset({Role.SALES, Role.MANAGER, Role.AUDITOR})

PANES: dict[str, Callable[[Context], Pane]] = {
    "leads": LeadsPane,
    "customers": CustomersPane,
    "vehicles": VehiclesPane,
    "transactions": TransactionsPane,
    "documents": DocumentsPane,
    "reports": ReportsPane,
    "privacy": PrivacyPane,
    "sync": SyncPane,
}


@dataclass(frozen=True)
class _Listed:
    place: Place
    allowed: Callable[[Context], bool]


def _reads(entity: str) -> Callable[[Context], bool]:
    return lambda ctx: ctx.may(Action.READ, entity)


def places_for(ctx: Context) -> tuple[Place, ...]:
    """What this user's rail shows."""
    listed = (
        _Listed(Place("leads", translate("Places", "Leads"), "funnel", entity="lead"), _reads("lead")),
        _Listed(Place("customers", translate("Places", "Customers"), "users", entity="contact"), _reads("contact")),
        _Listed(Place("vehicles", translate("Places", "Vehicles"), "car", entity="vehicle"), _reads("vehicle")),
        _Listed(
            Place("transactions", translate("Places", "Transactions"), "receipt", entity="transaction"),
            _reads("transaction"),
        ),
        _Listed(Place("documents", translate("Places", "Documents"), "files", entity="document"), _reads("document")),
        _Listed(
            Place("reports", translate("Places", "Reports"), "chart-bar"), lambda ctx: ctx.app.actor.role in _REPORTERS
        ),
        _Listed(
            Place("privacy", translate("Places", "Privacy"), "shield-check"),
            lambda ctx: ctx.may(Action.CREATE, "disclosure"),
        ),
        _Listed(Place("sync", translate("Places", "Sync"), "arrows-clockwise", bottom=True), lambda _ctx: True),
    )
    return tuple(item.place for item in listed if item.allowed(ctx))
