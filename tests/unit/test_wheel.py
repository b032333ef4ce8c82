"""The wheel holds every file of the packages: migrations, fonts, policy texts and all."""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from tests.helpers.source import PACKAGES, ROOT


def _copy(checkout: Path) -> set[str]:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, checkout / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml",):
        shutil.copy(ROOT / name, checkout)
    files = (path for package in PACKAGES for path in (checkout / package).rglob("*") if path.is_file())
    return {path.relative_to(checkout).as_posix() for path in files}


def test_the_wheel_is_complete(tmp_path: Path) -> None:
    files = _copy(tmp_path)
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", str(tmp_path / "wheels")]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(tmp_path)], check=True)
    (wheel,) = (tmp_path / "wheels").glob("nxcrm_desktop-*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert packed == files
