"""How a text that somebody wrote is shown: on one line, with nothing in it that a terminal, a page or a spreadsheet would obey.

Whoever writes a text must not forge what stands around it: a line break no line of a history, an escape code no colour or title
of an auditor's terminal, a change of direction no other order of words, a formula no cell. So every text of a party, of staff or
of a file of unknown origin passes here on its way to a terminal, a text file, a page or a table. As data (JSON) it stays exact:
whoever has to know what was written to the character reads it there.
"""

from __future__ import annotations

import html
import json
import unicodedata
from typing import Any, Final

_NAMED: Final = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_JOINERS: Final = "\u200c\u200d"
"""Zero width, but scripts and emoji are written with them, and nothing moves by them."""
FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
"""How a cell begins that a spreadsheet computes."""


def escaped(text: str, most: int | None = None) -> str:
    r"""The text on one line, cut to `most` characters: controls, line breaks, changes of direction and invisible marks as `\n`, `\u202e`.

    A backslash that was written stays one: the text is for reading, and cannot be turned back.
    """
    shown = text if most is None else text[:most]
    return shown if shown.isprintable() else "".join(map(_shown, shown))


def quoted(text: str) -> str:
    """The text between quotation marks that it cannot close itself."""
    return '"' + escaped(text).replace('"', '\\"') + '"'


def in_html(text: str) -> str:
    """The text as it stands in a page, in an attribute too."""
    return html.escape(escaped(text))


def cell(value: str | int | float) -> str | int | float:
    """A value of a CSV file; a text that a spreadsheet would take for a formula is marked as a text, also where blanks lead it."""
    if not isinstance(value, str):
        return value
    shown = escaped(value)
    return f"'{shown}" if shown.lstrip().startswith(FORMULA) else shown


def json_text(value: Any) -> str:
    """JSON for a terminal: exact, legible in every script, and what `escaped` would escape written as JSON escapes it."""
    text = json.dumps(value, indent=2, ensure_ascii=False)
    return "".join(character if character == "\n" or _plain(character) else json.dumps(character)[1:-1] for character in text)


def _shown(character: str) -> str:
    if _plain(character):
        return character
    number = ord(character)
    code = f"\\x{number:02x}" if number < 0x100 else f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"
    return _NAMED.get(character, code)


def _plain(character: str) -> bool:
    return character.isprintable() or character in _JOINERS or unicodedata.category(character) == "Zs"
