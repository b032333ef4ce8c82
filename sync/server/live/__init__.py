"""Telling devices that are online of something newer, within a second, whichever worker wrote it.

A worker has one source of news (:mod:`.sources`), one hub that knows who listens to which scope (:mod:`.hub`), and an
open reply for each listener (:mod:`.stream`). What is told is a number, never a row: the device then pulls, by its
rights at that moment.
"""
