"""Builds the wheel with one top package, `originals`, in which the rooms are as they lie here (docs/adr/0016).

Whoever installs it gets no package named `domain` or `application`, which others could want too. In the repository, in an editable
installation and in the source distribution nothing moves: only imports are written anew, in the copy that the wheel is made of.
The rulebooks and documents that the commands speak of come along as `originals/docs`.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

from setuptools import build_meta
from setuptools.build_meta import (
    build_editable,
    build_sdist,
    get_requires_for_build_editable,
    get_requires_for_build_sdist,
    get_requires_for_build_wheel,
    prepare_metadata_for_build_editable,
)
from wheel_layout import lay_out

__all__ = [
    "build_editable",
    "build_sdist",
    "build_wheel",
    "get_requires_for_build_editable",
    "get_requires_for_build_sdist",
    "get_requires_for_build_wheel",
    "prepare_metadata_for_build_editable",
]


def build_wheel(wheel_directory: str, config_settings: Any = None, metadata_directory: str | None = None) -> str:
    """The wheel, built by setuptools from a copy whose rooms lie in one package. Metadata are its own: there is no hook for them."""
    target, here = os.path.abspath(wheel_directory), Path.cwd()  # noqa: PTH100
    with tempfile.TemporaryDirectory() as temporary:
        lay_out(here, Path(temporary))
        os.chdir(temporary)
        try:
            return str(build_meta.build_wheel(target, config_settings))
        finally:
            os.chdir(here)
