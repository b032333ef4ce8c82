"""``python -m benchmarks [PART …]``: measure, print a table, exit 1 when a target is missed."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.figures import Figure, as_json, machine, markdown, table
from benchmarks.parts import PARTS, measure


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], metavar="PART", help=f"of: {', '.join(PARTS)}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures as JSON, too")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the figures as a Markdown table, too")
    return parser.parse_args(arguments)


def main(arguments: Sequence[str]) -> int:
    """Measure what was asked for (everything by default); the exit code."""
    asked = _arguments(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    print(machine(), flush=True)
    figures: list[Figure] = []
    for part in asked.parts or PARTS:
        with ProcessPoolExecutor(1, get_context("spawn")) as process:
            made = process.submit(measure, part).result()
        print(table(made), flush=True)
        figures += made
    if asked.json:
        asked.json.write_bytes(as_json(figures))
    if asked.markdown:
        asked.markdown.write_text(markdown(figures), encoding="utf-8")
    return int(any(figure.met is False for figure in figures))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
