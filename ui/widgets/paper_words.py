"""Where a document is, in words and as an icon; sizes; and why it could not be moved."""

from __future__ import annotations

from PySide6.QtCore import QLocale
from PySide6.QtGui import QIcon

from nxcrm_desktop.services.paper_sync import Place, PlaceState
from ui.language import translate
from ui.theming.theme import Theme

ICONS = {
    PlaceState.HERE: "check-circle",
    PlaceState.WAITING: "upload-simple",
    PlaceState.UPLOADING: "upload-simple",
    PlaceState.SERVER: "cloud-check",
    PlaceState.DOWNLOADING: "download-simple",
    PlaceState.FAILED: "warning-circle",
}
_TONES = {
    PlaceState.FAILED: "danger", PlaceState.WAITING: "accent", PlaceState.UPLOADING: "accent",
    PlaceState.DOWNLOADING: "accent",
}  # fmt: skip


def place_icon(theme: Theme, place: Place) -> QIcon:
    """The icon of where a document is, in the colour of how much it wants attention."""
    return theme.icon(ICONS[place.state], _TONES.get(place.state, "muted"))


def place_words(place: Place) -> str:
    """One or a few words, for a list."""
    words = {
        PlaceState.HERE: translate("Papers", "On this laptop"),
        PlaceState.WAITING: translate("Papers", "Waiting to upload"),
        PlaceState.UPLOADING: translate("Papers", "Uploading %1 %"),
        PlaceState.SERVER: translate("Papers", "On the server"),
        PlaceState.DOWNLOADING: translate("Papers", "Downloading %1 %"),
        PlaceState.FAILED: translate("Papers", "Failed"),
    }[place.state]
    words = words.replace("%1", QLocale().toString(place.percent))
    kept = translate("Papers", "kept")
    return f"{words} · {kept}" if place.kept else words


def place_sentence(place: Place) -> str:
    """The same with its size."""
    return f"{place_words(place)} · {size_words(place.size)}"


def failure_words(code: str) -> str:
    """Why a document could not be sent or fetched, and what helps."""
    known = {
        "not_found": translate("Papers", "The server does not have it yet. Ask whoever attached it to sync."),
        "blob_unwanted": translate("Papers", "The server does not know this document. Its record may be under review."),
        "blob_too_large": translate("Papers", "The server takes no file as large as this."),
        "not_allowed": translate("Papers", "The server refused: your role does not allow this."),
        "hash_mismatch": translate("Papers", "What arrived was not the file that was sent. Try again."),
        "document_damaged": translate("Papers", "The file on this laptop is damaged. Attach it anew."),
        "document_missing": translate("Papers", "The file is no longer on this laptop. Attach it anew."),
        "disk_full": translate("Papers", "The disk is full. Free some space, then try again."),
    }
    return known.get(code) or translate("Papers", "It did not work. Code: %1").replace("%1", code)


def size_words(size: int) -> str:
    """Bytes as people say them: 2.4 MB."""
    return QLocale().formattedDataSize(
        size, 1 if size >= 1024 * 1024 else 0, QLocale.DataSizeFormat.DataSizeTraditionalFormat
    )
