"""The import contracts of pyproject.toml catch what they are there for: tried on empty modules, one sin at a time."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.source import PACKAGES, ROOT

_SINS = {
    "ui/main_window.py": "from nxcrm_desktop.store import engine",
    "ui/panes/leads.py": "import ui.panes.documents",
    "nxcrm_desktop/services/__init__.py": "import ui",
    "nxcrm_desktop/store/engine.py": "import nxcrm_desktop.services",
    "nxcrm_desktop/domain/__init__.py": "import nxcrm_desktop.store",
    "nxcrm_desktop/runtime/__init__.py": "import nxcrm_desktop.security",
    "nxcrm_desktop/errors.py": "import nxcrm_desktop.domain",
    "nxcrm_desktop/reports/__init__.py": "import PySide6.QtCore",
    "sync/client/__init__.py": "import sync.server",
    "sync/server/app.py": "import sync.client",
    "sync/server/__init__.py": "import nxcrm_desktop.store",
    "sync/server/routers.py": "import keyring",
    "sync/server/jobs.py": "import nxcrm_desktop.security.keyring_store",
}


def _contracts() -> list[dict[str, Any]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts: list[dict[str, Any]] = settings["tool"]["importlinter"]["contracts"]
    return contracts


def _modules() -> set[str]:
    """Every module of ours that a contract names, and a few for sins to be committed in."""
    named = {"nxcrm_desktop.store.engine", "ui.main_window", "ui.panes.leads", "ui.panes.documents"}
    for contract in _contracts():
        for layer in contract.get("layers", []):
            named |= set(layer.split(" : "))
        named |= {name for key in ("source_modules", "forbidden_modules") for name in contract.get(key, [])}
    return {name for name in named if name.split(".")[0] in PACKAGES}


def _plant(tree: Path) -> None:
    modules = _modules()
    packages = {name for module in modules for name in _parents(module)} | {m for m in modules if m.count(".") <= 1}
    for name in modules | packages:
        path = tree / name.replace(".", "/")
        file = path / "__init__.py" if name in packages and name not in _FILES else path.with_suffix(".py")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch()


_FILES = {f"nxcrm_desktop.{name}" for name in ("__main__", "bootstrap", "cli", "config", "errors")} | {"ui.main_window"}


def _parents(module: str) -> list[str]:
    parts = module.split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts))]


def _lint(tree: Path) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "pyproject.toml", tree)
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)


def test_an_innocent_tree_keeps_every_contract(tmp_path: Path) -> None:
    _plant(tmp_path)
    done = _lint(tmp_path)
    assert done.returncode == 0, done.stdout
    assert f"{len(_contracts())} kept, 0 broken" in done.stdout


@pytest.mark.parametrize("file", _SINS)
def test_a_sin_breaks_a_contract(tmp_path: Path, file: str) -> None:
    _plant(tmp_path)
    (tmp_path / file).write_text(f"{_SINS[file]}\n")
    done = _lint(tmp_path)
    assert done.returncode == 1, done.stdout
    assert "BROKEN" in done.stdout


def test_the_main_module_may_start_the_window(tmp_path: Path) -> None:
    _plant(tmp_path)
    (tmp_path / "ui/main_window.py").write_text("import PySide6\n")
    (tmp_path / "nxcrm_desktop/__main__.py").write_text("import ui.main_window\n")
    done = _lint(tmp_path)
    assert done.returncode == 0, done.stdout
