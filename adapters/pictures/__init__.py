"""Pictures: machine review in limited processes, and the search for copies (rules B1 to B4, F2)."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from adapters.pictures.inspector import PillowInspector
    from adapters.pictures.marks import Marks
    from adapters.pictures.matcher import PictureMatcher

__all__ = ["Marks", "PictureMatcher", "PillowInspector", "doctor_lines"]

_WHERE = {"PillowInspector": "inspector", "Marks": "marks", "PictureMatcher": "matcher"}


def __getattr__(name: str) -> object:
    """What is asked for, imported then: a decoding process needs none of it, and would pay a second and 40 MB for it."""
    if name not in _WHERE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHERE[name]}"), name)


def doctor_lines(model: str = "") -> list[str]:
    """Which mode of the matcher is active by the setting of its model, and why: lines for `originals doctor`."""
    from adapters.pictures.descriptor import installed
    from adapters.pictures.marks import Marks

    path, why = installed(model)
    version = Marks(model).version
    if path is None:
        return [f"copies: fallback matcher {version} (pHash and local codes): {why}"]
    return [f"copies: matcher {version} with {path}: {why}"]
