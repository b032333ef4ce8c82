"""Customers: people outside the company, with their deals and papers."""

from __future__ import annotations

from ui.context import Context
from ui.language import translate
from ui.widgets.cells import Look
from ui.widgets.detail import RecordDetail
from ui.widgets.form import Group
from ui.widgets.list_pane import ListPane, Shown, Spec
from ui.widgets.money_tab import MoneyTab
from ui.widgets.papers_tab import PapersTab

ENTITY = "contact"


def groups() -> tuple[Group, ...]:
    """The fields of the overview, in order."""
    return (
        Group(translate("Customers", "CONTACT"), ("full_name", "phone", "alt_phone", "email", "language")),
        Group(translate("Customers", "ADDRESS"), ("address", "city", "state", "pincode")),
        Group(translate("Customers", "IDENTITY"), ("date_of_birth", "pan")),
        Group(translate("Customers", "WORK"), ("owner_id", "source", "tags")),
        Group(translate("Customers", "REMARKS"), ("notes",)),
    )


def spec(ctx: Context) -> Spec:
    """The list of customers."""
    return Spec(
        entity=ENTITY,
        icon="users",
        columns=(
            Shown("full_name", 24, 0, Look.STRONG),
            Shown("phone", 17, 1),
            Shown("city", 14, 3),
            Shown("email", 24, 4, Look.MUTED),
            Shown("owner_id", 16, 5),
            Shown("updated_at", 17, 6),
        ),
        order="full_name",
        descending=False,
        chips=(("owner_id", lambda: list(ctx.words.lists.users.items())),),
    )


class CustomerDetail(RecordDetail):
    """One customer."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, ENTITY, groups())
        self.money = MoneyTab(ctx, "contact_id")
        self.papers = PapersTab(ctx, "contact_id")
        self.add_tab(self.papers, self.tr("Docs"))
        self.add_tab(self.money, self.tr("Money"))


class CustomersPane(ListPane):
    """Customers."""

    def __init__(self, ctx: Context) -> None:
        super().__init__(ctx, spec(ctx), CustomerDetail(ctx))
