"""Screenshots of the executive's window, taken without a screen."""

from __future__ import annotations

from nxcrm_desktop.demo.organisation import Organisation
from nxcrm_desktop.demo.people import EXECUTIVE


def take_pictures(org: Organisation) -> dict[str, object]:
    """Every pane of the executive's window as a PNG, light and dark."""
    from ui.pictures import save_pictures

    files = save_pictures(org.laptop(EXECUTIVE), org.folder / "screenshots")
    org.say(f"{len(files)} screenshots are in {org.folder / 'screenshots'}.")
    return {"screenshots": [str(file) for file in files]}
