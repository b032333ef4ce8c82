"""The Qt binding itself: a release of it once dropped a reference to None at every call, until the interpreter died."""

from __future__ import annotations

import sys

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget

_CALLS = 2_000
# Unrelated code may let go of a few while the calls run; the fault lost one a call.
_TOLERATED = 100


def test_calls_keep_their_reference_to_none(qapp: QApplication) -> None:
    widget = QWidget()
    before = sys.getrefcount(None)
    for _ in range(_CALLS):
        qapp.processEvents()
        widget.update()
        QApplication.sendEvent(widget, QEvent(QEvent.Type.User))
    assert before - sys.getrefcount(None) < _TOLERATED


def test_an_overridden_handler_keeps_its_reference_to_none(qapp: QApplication) -> None:
    class Listener(QObject):
        def customEvent(self, event: QEvent) -> None:
            del event

    listener = Listener()
    before = sys.getrefcount(None)
    for _ in range(_CALLS):
        QApplication.sendEvent(listener, QEvent(QEvent.Type.User))
    assert before - sys.getrefcount(None) < _TOLERATED
