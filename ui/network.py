"""What the desktop says of the network: that it is back, and whether the link is paid by volume."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtNetwork import QNetworkInformation

_AWAY = QNetworkInformation.Reachability.Disconnected


class Network(QObject):
    """``returned`` when there is a network again; ``metered`` when the link becomes paid by volume, or no longer.

    Where the desktop does not say (no NetworkManager, say), nothing is ever told: sync finds out by trying.
    """

    returned = Signal()
    metered = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        wanted = QNetworkInformation.Feature.Reachability
        self._known = QNetworkInformation.instance() if QNetworkInformation.loadBackendByFeatures(wanted) else None
        self._away = False
        if self._known is not None:
            self._away = self._known.reachability() is _AWAY
            self._known.reachabilityChanged.connect(self._reached)
            self._known.isMeteredChanged.connect(self.metered)

    @property
    def is_metered(self) -> bool:
        """Whether the link is paid by volume, as far as is known."""
        return self._known is not None and self._known.isMetered()

    def _reached(self, reachability: QNetworkInformation.Reachability) -> None:
        away, self._away = self._away, reachability is _AWAY
        if away and not self._away:
            self.returned.emit()
