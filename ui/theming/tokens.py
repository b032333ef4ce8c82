"""Colours and measures, by what they are for. Contrast: text ≥ 4.5, edges of controls ≥ 3 (WCAG 2.2)."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import StrEnum


class Appearance(StrEnum):
    """Which palette is shown."""

    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Colours:
    """One palette; every value is #RRGGBB."""

    background: str
    surface: str
    text: str
    muted: str
    border: str  # edges of controls: 3:1 against the surface
    line: str  # separators, which carry no meaning
    selection: str
    hover: str
    accent: str
    on_accent: str
    accent_hover: str
    ok: str
    warn: str
    danger: str
    conflict: str

    def named(self, name: str) -> str:
        """One colour by its name. Cheap: a list asks for every cell it paints."""
        return str(getattr(self, name))

    def by_name(self) -> dict[str, str]:
        """Every colour by its name, as the style sheet asks for them."""
        return {item.name: getattr(self, item.name) for item in fields(self)}


LIGHT = Colours(
    background="#F6F7F9",
    surface="#FFFFFF",
    text="#1B1F24",
    muted="#57606A",
    border="#818B98",
    line="#DDE1E6",
    selection="#DCEBFA",
    hover="#EDF0F3",
    accent="#0B5CAD",
    on_accent="#FFFFFF",
    accent_hover="#094C90",
    ok="#1A7F37",
    warn="#8A5A00",
    danger="#B42318",
    conflict="#7A3EB1",
)
DARK = Colours(
    background="#15181C",
    surface="#1D2126",
    text="#E6E9ED",
    muted="#A3ADB8",
    border="#757F8B",
    line="#31373F",
    selection="#20374F",
    hover="#272C33",
    accent="#6CB2F5",
    on_accent="#0B1622",
    accent_hover="#8CC4FA",
    ok="#5BC57A",
    warn="#E0A93B",
    danger="#FF8A80",
    conflict="#C9A2F0",
)
PALETTES: dict[Appearance, Colours] = {Appearance.LIGHT: LIGHT, Appearance.DARK: DARK}

SPACE_1, SPACE_2, SPACE_3, SPACE_4, SPACE_6 = 4, 8, 12, 16, 24
RADIUS = 6
FOCUS_RING = 2
RAIL_NARROW, RAIL_WIDE = 56, 200
NARROW_WINDOW = 960  # below this width the detail replaces the list
ICON = 18


class Density(StrEnum):
    """How tall rows are."""

    COMPACT = "compact"
    NORMAL = "normal"
    ROOMY = "roomy"


_ROW = {Density.COMPACT: 26, Density.NORMAL: 32, Density.ROOMY: 40}


def row_height(density: Density, line_spacing: int) -> int:
    """Height of a table row in pixels: the design's number, or more when the font asks for it."""
    breathing = {Density.COMPACT: 6, Density.NORMAL: 12, Density.ROOMY: 20}[density]
    return max(_ROW[density], line_spacing + breathing)
