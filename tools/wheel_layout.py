"""How the wheel is laid out: one top package, `originals`, in which the rooms are as they lie here (docs/adr/0016)."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

TOP = "originals"
VERIFIER = "originals_verify"
"""The one file that verifies evidence without the product; it is installed with it all the same."""
ROOMS = ("domain", "application", "projections", "adapters")
_ROOM = re.compile(rf"(?<![\w./-])({'|'.join(ROOMS)})(?=\.[a-z_])")
_FROM_ROOM = re.compile(rf"^(\s*from )({'|'.join(ROOMS)})(?= import )", re.MULTILINE)
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc")


def lay_out(source: Path, target: Path) -> None:
    """Write what the wheel is made of: the rooms below the top package with their imports, the documents, and the project's description."""
    top = target / TOP
    for room in ROOMS:
        shutil.copytree(source / room, top / room, ignore=_LEFT_OUT)
    (top / "__init__.py").write_text('"""Original protection: the rooms of the product in one package."""\n')
    for file in top.rglob("*.py"):
        file.write_text(moved(file.read_text(encoding="utf-8")), encoding="utf-8")
    shutil.copytree(source / "docs", top / "docs", ignore=_LEFT_OUT)
    shutil.copy(source / "tools" / f"{VERIFIER}.py", top / f"{VERIFIER}.py")
    for name in ("README.md", "LICENSE"):
        shutil.copy(source / name, target / name)
    project = moved((source / "pyproject.toml").read_text(encoding="utf-8"))
    (target / "pyproject.toml").write_text(described(project), encoding="utf-8")


def moved(text: str) -> str:
    """The text with every module of a room named below the top package."""
    return _FROM_ROOM.sub(rf"\1{TOP}.\2", _ROOM.sub(rf"{TOP}.\1", text))


def described(project: str) -> str:
    """The project's description for the copy: built by setuptools itself, one package with its documents."""
    described = re.sub(r"(?ms)^\[build-system\].*?(?=^\[)", '[build-system]\nrequires = ["setuptools>=77"]\n\n', project, count=1)
    described = re.sub(r"(?m)^include = \[.*\]$", f'include = ["{TOP}", "{TOP}.*"]', described, count=1)
    described = described.replace("[project.scripts]\n", f'[project.scripts]\noriginals-verify = "{TOP}.{VERIFIER}:main"\n', 1)
    return described.replace("[tool.setuptools.package-data]\n", f'[tool.setuptools.package-data]\n{TOP} = ["docs/**/*"]\n', 1)
