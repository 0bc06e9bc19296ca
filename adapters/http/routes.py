"""Routes: what stands in a path, compiled for matching at once and for building addresses when somebody first asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from werkzeug.routing import BaseConverter, Rule

from adapters.evidence import tiles

Builder = Callable[..., tuple[str, str]]
"""What werkzeug makes of a rule to build its address: the rule and the values of its variables in, domain and path out."""


class MatchedRule(Rule):
    """A rule whose builders wait until an address is built of it.

    werkzeug (3.1) writes and compiles two functions for every rule when it is added, which was half of what the application costs
    to make. Nearly all of the interface's rules are only ever matched.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        compile_now = super()._compile_builder
        made: list[Builder] = []

        def build(rule: Rule, **values: object) -> tuple[str, str]:
            if not made:
                made.append(compile_now(append_unknown))
            return made[0](rule, **values)

        return build


class _Opaque(BaseConverter):
    """An id: anything but control characters and slashes; what is longer names nothing, nor do the things that stand beside ids."""

    regex = r"(?!(?:disputes|bulk)$)[^/\x00-\x1f\x7f]{1,200}"


class _Folder(BaseConverter):
    """A folder's name, which may hold slashes."""

    regex = r"[^\x00-\x1f\x7f]{1,80}"
    part_isolating = False


class _Number(BaseConverter):
    """A number that counts from 1."""

    regex = r"[1-9][0-9]{0,8}"

    def to_python(self, value: str) -> int:
        return int(value)


class _Tile(BaseConverter):
    """A tile of the log (C2SP tlog-tiles): its level, its number in groups of three digits, its width where it is partial."""

    regex = tiles.PATH
    part_isolating = False


CONVERTERS: Final[Mapping[str, type[BaseConverter]]] = {"opaque": _Opaque, "folder": _Folder, "number": _Number, "tile": _Tile}
"""By the kind that a declared path names."""
