"""`nxcrm demo`: sets the organisation up, then opens a window, or walks through the story where there is no screen."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from nxcrm_desktop.demo import story
from nxcrm_desktop.demo.organisation import Organisation, organisation
from nxcrm_desktop.demo.people import EXECUTIVE, PASSPHRASE
from nxcrm_desktop.demo.pictures import take_pictures


def run_demo(folder: Path, *, leads: int, headless: bool, quiet: bool) -> dict[str, object]:
    """Run the demo in ``folder``, made if it is not there; returns what was done and measured, for `--json`.

    NxcrmError ``demo_folder_in_use``, ``demo_server_failed``.
    """

    def say(line: str) -> None:
        if not quiet:
            print(line, flush=True)

    if not headless and not _has_screen():
        say("There is no screen here: the demo walks through its story without a window.")
        headless = True
    with organisation(folder, say) as org:
        figures: dict[str, object] = {"folder": str(org.folder), "server": org.server.url}
        if org.is_new:
            figures |= story.fill(org, leads)
        return figures | (_walk(org) if headless else _show(org))


def _has_screen() -> bool:
    if sys.platform in ("win32", "darwin"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _walk(org: Organisation) -> dict[str, object]:
    figures: dict[str, object] = dict(story.import_again(org))
    figures |= story.work_offline(org)
    lead = str(figures["lead"])
    figures |= story.come_back(org, lead)
    figures |= story.disagree(org, lead)
    figures |= story.report(org)
    figures |= story.answer_request(org, lead)
    figures |= take_pictures(org)
    figures |= story.try_the_stolen_laptop(org, lead)
    org.say(f"Look at {org.folder}: pipeline.pdf, customer.zip, screenshots/. Every password is “{PASSPHRASE}”.")
    return figures


def _show(org: Organisation) -> dict[str, object]:
    from ui.app import run_window

    org.close_laptops()
    org.say(f"The window of {EXECUTIVE.full_name} opens; the password is “{PASSPHRASE}”. Closing it ends the demo.")
    return {"window": run_window(org.profile_of(EXECUTIVE), password=PASSPHRASE)}
