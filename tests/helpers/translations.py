"""Brings the translations up to date: ``python -m tests.helpers.translations`` after texts of the interface changed.

lupdate collects the texts of ui/ and the labels of the data dictionary into resources/translations/nxcrm_*.ts, which
translators edit with Qt Linguist; lrelease compiles them. What is translated already stays.
"""

from __future__ import annotations

import ast
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from nxcrm_desktop.domain.dictionary import ENTITIES
from nxcrm_desktop.domain.facts import Kind
from nxcrm_desktop.services.conflicts import WHOLE_ROW, facts_of
from tests.helpers.source import ROOT, python_files, tree

FOLDER = ROOT / "resources" / "translations"
TARGETS = ("en", "hi")


def dictionary_words() -> Iterator[str]:
    """Every label and choice of the data dictionary that a screen may show."""
    for info in ENTITIES.values():
        yield from (info.facts.label, info.facts.plural)
        for facts in info.fields.values():
            yield facts.label
            yield from (words for _value, words in facts.choices)
    yield facts_of(ENTITIES["lead"], WHOLE_ROW).label
    if any(facts.kind is Kind.BOOL for info in ENTITIES.values() for facts in info.fields.values()):
        yield from ("Yes", "No")


def counted_texts() -> Iterator[tuple[str, str]]:
    """(context, text) of every text with a number in it."""
    for path in python_files("ui"):
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "counted":
                yield ast.literal_eval(node.args[0]), ast.literal_eval(node.args[1])


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(f"pyside6-{name}"))


def collect() -> None:
    """Write the .ts files anew from the source."""
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "dictionary.py"
        lines = [f'QT_TRANSLATE_NOOP("Dictionary", {json.dumps(word)})' for word in dict.fromkeys(dictionary_words())]
        lines += [f'class {name}:\n    self.tr({json.dumps(text)}, "", 1)' for name, text in counted_texts()]
        words.write_text("\n".join(lines) + "\n", encoding="utf-8")
        sources = [*(str(path) for path in python_files("ui")), str(words)]
        for target in TARGETS:
            options = [
                "-no-obsolete",
                "-locations",
                "none",
                "-source-language",
                "en_IN",
                "-target-language",
                f"{target}_IN",
            ]
            plural = ["-pluralonly"] if target == "en" else []
            subprocess.run(
                [_tool("lupdate"), *options, *plural, *sources, "-ts", str(FOLDER / f"nxcrm_{target}.ts")], check=True
            )


def compile_all() -> None:
    """Compile every .ts file to the .qm the program loads."""
    for target in TARGETS:
        source = FOLDER / f"nxcrm_{target}.ts"
        subprocess.run([_tool("lrelease"), "-silent", str(source), "-qm", str(source.with_suffix(".qm"))], check=True)


if __name__ == "__main__":
    if "--compile" not in sys.argv:
        collect()
    compile_all()
