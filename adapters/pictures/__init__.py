"""Pictures: machine review in limited processes, and the search for copies (rules B1 to B4, F2)."""

from __future__ import annotations

from adapters.pictures.inspector import PillowInspector
from adapters.pictures.marks import Marks
from adapters.pictures.matcher import PictureMatcher

__all__ = ["Marks", "PictureMatcher", "PillowInspector", "doctor_lines"]


def doctor_lines(model: str = "") -> list[str]:
    """Which mode of the matcher is active by the setting of its model, and why: lines for `originals doctor`."""
    from adapters.pictures.descriptor import installed

    path, why = installed(model)
    version = Marks(model).version
    if path is None:
        return [f"copies: fallback matcher {version} (pHash and local codes): {why}"]
    return [f"copies: matcher {version} with {path}: {why}"]
