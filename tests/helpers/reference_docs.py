"""Rewrites the generated pages of docs/reference: the data dictionary and the commands. Run by `make docs`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import typer
from typer.testing import CliRunner

from nxcrm_desktop.cli.run import cli
from nxcrm_desktop.domain.dictionary import COMMON, ENTITIES, EntityInfo
from nxcrm_desktop.domain.facts import Facts, Personal, Role
from nxcrm_desktop.domain.permissions import RULES, Action
from nxcrm_desktop.domain.retention import RETENTION
from sync.server.app import DATA_VARIABLE
from sync.server.cli import app as server_cli

FOLDER = Path(__file__).parents[2] / "docs" / "reference"
_VARIABLES = {
    "NXCRM_PROFILE": "`nxcrm` and the window: the profile folder, where `--profile` is not given.",
    "NXCRM_PASSWORD": "`nxcrm`: the password, where `--password-stdin` is not given; without both it is asked for.",
    "NXCRM_OTP": "`nxcrm`: the one-time code, where `--otp` is not given; without both it is asked for.",
    DATA_VARIABLE: "`nxcrm-server`: the server's data folder, where `--data` is not given.",
}
_GENERATED = "<!-- Made by `make docs`; do not edit. -->\n"


def pages() -> dict[str, str]:
    """The generated pages by file name."""
    return {
        "data-dictionary.md": _GENERATED + "\n".join(_dictionary()) + "\n",
        "command-line.md": _GENERATED + "\n".join(_commands()) + "\n",
    }


def _dictionary() -> Iterator[str]:
    yield "# Data dictionary\n"
    yield "Every entity and every column, as `nxcrm_desktop/domain` declares them.\n"
    yield from _permissions()
    for info in ENTITIES.values():
        yield from _entity(info)


def _permissions() -> Iterator[str]:
    yield "## Who may do what\n\nr read, c create, u update, d delete; which rows is a matter of scope.\n"
    yield "| entity | " + " | ".join(role.value for role in Role) + " |"
    yield "|---" * (len(Role) + 1) + "|"
    for name in ENTITIES:
        cells = ("".join(a.value[0] for a in Action if a in RULES[role, name]) or "–" for role in Role)
        yield f"| {name} | " + " | ".join(cells) + " |"


def _entity(info: EntityInfo) -> Iterator[str]:
    kept = RETENTION[info.facts.retention]
    yield f"\n## {info.name}\n\n{info.facts.label}. Kept: {kept.period} ({kept.source}).\n"
    yield "| column | label | kind | personal data | on erasure | merge | written by | hidden from |"
    yield "|---" * 8 + "|"
    for name, facts in info.fields.items():
        if name not in COMMON:
            yield "| " + " | ".join((name, facts.label, *_cells(facts))) + " |"


def _cells(facts: Facts) -> tuple[str, ...]:
    kind = f"→ {facts.ref}" if facts.ref else facts.kind.value
    personal = "–" if facts.personal is Personal.NONE else facts.personal.value
    hidden = ", ".join(sorted(role.value for role in facts.hidden_from)) or "–"
    return (f"{kind}{' *' if facts.required else ''}", personal, facts.erase, facts.merge, facts.write, hidden)


def _commands() -> Iterator[str]:
    yield "# Command line\n\nExit code 0: done. 1: an expected failure, told on standard error. 2: wrong usage."
    yield "\nThe options of `nxcrm` itself belong to every command of it, and may stand before or after its name."
    yield "\n## Environment\n\n| variable | meaning |\n|---|---|"
    yield from (f"| `{name}` | {meaning} |" for name, meaning in _VARIABLES.items())
    for name, program in (("nxcrm", cli), ("nxcrm-server", server_cli)):
        yield f"\n## {name}\n\n```\n{_help(program, name, [])}\n```\n"
        for words in _paths(program):
            yield f"### {name} {' '.join(words)}\n\n```\n{_help(program, name, words)}\n```\n"


def _paths(program: typer.Typer) -> Iterator[list[str]]:
    for command in program.registered_commands:
        yield [command.name or command.callback.__name__.replace("_", "-")]  # type: ignore[union-attr] # always there
    for group in program.registered_groups:
        if group.typer_instance is not None:
            yield from ([str(group.name), *words] for words in _paths(group.typer_instance))


def _help(program: typer.Typer, name: str, words: list[str]) -> str:
    plain = {"COLUMNS": "110", "NO_COLOR": "1", "TERM": "dumb"}
    shown = CliRunner().invoke(program, [*words, "--help"], env=plain, prog_name=name)
    return "\n".join(line.rstrip() for line in shown.output.strip().splitlines())


def main() -> None:
    """Write the pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
