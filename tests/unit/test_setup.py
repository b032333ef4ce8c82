"""The set-up.

Locks pin and hash everything and name no index; make targets explain themselves; the set-up script either installs
what is missing or says exactly what to type.
"""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import entry_points, packages_distributions
from pathlib import Path
from typing import Any

import pytest

import nxcrm_desktop
from tests.helpers.source import PACKAGES, ROOT, python_files, tree

_LOCKS = ("requirements.lock", "requirements-dev.lock")
_PINNED = re.compile(r"^(?P<name>[a-z0-9.-]+)(\[[a-z,-]+\])?==(?P<version>\S+)( ; .+?)? \\$")


def _project() -> dict[str, Any]:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def _normal(requirement: str) -> str:
    name = re.split(r"[\[<>=!;~ ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def _locked(lock: str) -> dict[str, list[str]]:
    """Name -> its hashes."""
    hashes: dict[str, list[str]] = {}
    name = ""
    for line in (ROOT / lock).read_text(encoding="utf-8").splitlines():
        if found := _PINNED.match(line):
            name = found["name"]
            hashes.setdefault(name, [])
        elif line.startswith("    --hash="):
            hashes[name].append(line.strip(" \\").removeprefix("--hash="))
        else:
            assert line.lstrip().startswith("#"), f"{lock}: {line!r} is neither pinned, a hash nor a comment"
    return hashes


@pytest.mark.parametrize("lock", _LOCKS)
def test_every_locked_package_is_hashed(lock: str) -> None:
    for name, hashes in _locked(lock).items():
        assert hashes, f"{name} has no hash"
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", value) for value in hashes), name


@pytest.mark.parametrize("lock", _LOCKS)
def test_lock_names_no_index_and_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|--(extra-)?index|--find-links|--trusted-host| @ ", text)


def test_locks_follow_pyproject() -> None:
    project = _project()
    groups = project["dependency-groups"]
    programs = {_normal(item) for item in project["project"]["dependencies"] + groups["build"]}
    assert programs <= set(_locked("requirements.lock"))
    assert programs | {_normal(item) for item in groups["dev"]} <= set(_locked("requirements-dev.lock"))


def _for_types_alone(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def _imported(*folders: str, for_types: bool) -> set[str]:
    """The top-level names of other people's that `folders` import when they run, or for the types alone."""
    everything = [node for path in python_files(*folders) for node in ast.walk(tree(path))]
    typing = {inner for node in everything if _for_types_alone(node) for inner in ast.walk(node)}
    nodes = [node for node in everything if (node in typing) == for_types]
    names = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level}
    ours = {*PACKAGES, "benchmarks", "tests", *sys.stdlib_module_names}
    return {name.split(".")[0] for name in names} - ours


@pytest.mark.parametrize(
    ("folders", "for_types", "groups"),
    [
        (PACKAGES, False, ()),
        (PACKAGES, True, ("dev",)),
        (("tests", "benchmarks"), False, ("dev",)),
        (("tests", "benchmarks"), True, ("dev",)),
    ],
    ids=["programs", "types of programs", "tests", "types of tests"],
)
def test_what_is_imported_is_declared(folders: tuple[str, ...], for_types: bool, groups: tuple[str, ...]) -> None:
    project = _project()
    lists = [project["project"]["dependencies"], *(project["dependency-groups"][group] for group in groups)]
    declared = {_normal(item) for items in lists for item in items}
    providers = {name: {_normal(item) for item in packages} for name, packages in packages_distributions().items()}
    strangers = {name for name in _imported(*folders, for_types=for_types) if not providers.get(name, set()) & declared}
    assert not strangers, f"imported, but only there because something else needs them: {strangers}"


def test_both_locks_agree() -> None:
    def pins(lock: str) -> set[str]:
        return {line for line in (ROOT / lock).read_text(encoding="utf-8").splitlines() if _PINNED.match(line)}

    assert pins("requirements.lock") < pins("requirements-dev.lock")


def test_version_is_told_once() -> None:
    assert _project()["project"]["version"] == nxcrm_desktop.__version__
    assert f"## [{nxcrm_desktop.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("command", ["nxcrm", "nxcrm-server", "nxcrm-desktop"])
def test_command_is_installed_and_leads_somewhere(command: str) -> None:
    (entry,) = (point for point in entry_points(name=command) if point.dist and point.dist.name == "nxcrm-desktop")
    assert callable(entry.load())
    suffix = ".exe" if os.name == "nt" else ""
    assert (Path(sys.executable).parent / f"{command}{suffix}").is_file()


def test_make_help_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^\.PHONY: (\S+)$", makefile, re.MULTILINE))
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    assert {line.split()[1] for line in listed.splitlines()} == targets
    assert {"demo", "test", "run", "lint", "types", "bench", "screenshots", "docs"} <= targets


def _stub(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def _setup(tmp_path: Path, **stubs: str) -> subprocess.CompletedProcess[str]:
    """.ci/setup in a copy of its own files (checkout/), with some of the machine's commands replaced."""
    checkout, commands = tmp_path / "checkout", tmp_path / "commands"
    (checkout / ".ci").mkdir(parents=True, exist_ok=True)
    commands.mkdir()
    for name in ("setup", "apt-runtime.txt", "apt-test.txt"):
        (checkout / ".ci" / name).write_bytes((ROOT / ".ci" / name).read_bytes())
    for name, script in stubs.items():
        _stub(commands, name.replace("_", "-"), script)
    environment = {"PATH": f"{commands}:{os.environ['PATH']}", "PYTHON": sys.executable}
    return subprocess.run(
        ["bash", ".ci/setup", "runtime"], cwd=checkout, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.skipif(sys.platform != "linux", reason="apt is Debian's")
def test_without_administrator_the_exact_line_is_printed(tmp_path: Path) -> None:
    answers = {"dpkg_query": "exit 1", "apt_cache": "exit 1", "id": "echo 1000", "sudo": "exit 1"}
    done = _setup(tmp_path, **answers)
    assert done.returncode == 1
    line = r"^ +sudo apt-get update && sudo apt-get install -y --no-install-recommends libegl1 "
    assert re.search(line, done.stderr, re.MULTILINE)
    assert not (tmp_path / "checkout" / ".venv").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="apt is Debian's")
def test_with_administrator_only_what_is_missing_is_installed(tmp_path: Path) -> None:
    log = tmp_path / "apt.log"
    names = "$(grep -hv '^#' .ci/apt-runtime.txt | tr '|' ' ')"
    have = f'for name in {names}; do [ $name = libegl1 ] || echo "installed $name"; done'
    answers = {"dpkg_query": have, "id": "echo 0", "apt_get": f'echo "$@" >>{log}; [ "$1" = update ]'}
    _setup(tmp_path, **answers)
    update, install = log.read_text().splitlines()
    assert update.startswith("update")
    assert install.split()[-1] == "libegl1"
    assert "libgl1" not in install.split()


def test_an_environment_of_another_checkout_is_left_alone(tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    (other / "precious").touch()
    (tmp_path / "checkout").mkdir()
    (tmp_path / "checkout" / ".venv").symlink_to(other)
    done = _setup(tmp_path, dpkg_query="sed 's/^/installed /' .ci/apt-runtime.txt | tr '|' '\\n'")
    assert done.returncode == 1
    assert ".venv is a link" in done.stderr
    assert (other / "precious").exists()


def test_an_unsupported_python_is_refused(tmp_path: Path) -> None:
    _stub(tmp_path, "python3.9", "exit 1")
    environment = {**os.environ, "PYTHON": str(tmp_path / "python3.9")}
    done = subprocess.run(["bash", ".ci/setup"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "No Python 3.11" in done.stderr
