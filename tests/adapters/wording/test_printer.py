"""How texts of others are shown."""

from __future__ import annotations

import json
import unicodedata

import pytest

from adapters.wording.printer import cell, escaped, json_text, quoted


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mine, 是我的照片。 déjà vu 👩‍🎨", "mine, 是我的照片。 déjà vu 👩‍🎨"),
        ("mine\n2026-03-02T01:00:00Z  the clock: closed", "mine\\n2026-03-02T01:00:00Z  the clock: closed"),
        ("\x1b]0;owned\x07\x9b2J\x7f", "\\x1b]0;owned\\x07\\x9b2J\\x7f"),
        ("a\u202eb\u2066c\u200fd", "a\\u202eb\\u2066c\\u200fd"),
        ("a\u2028b\u2029c\x85d\r\ne\tf", "a\\u2028b\\u2029c\\x85d\\r\\ne\\tf"),
        ("a\U000e0041\ud800\u200b\ufeff", "a\\U000e0041\\ud800\\u200b\\ufeff"),
        ("全角　空白\xa0fest", "全角　空白\xa0fest"),
    ],
)
def test_a_text_is_one_line_that_nothing_obeys(text: str, shown: str) -> None:
    assert escaped(text) == shown


def test_of_all_characters_none_that_moves_others_gets_through() -> None:
    """Of all planes that have some: in those between, and but for their edges in the private ones, nothing has a property of its own."""
    every = [chr(number) for span in (range(0x30000), range(0xDFF00, 0xF0010), range(0x10FFF0, 0x110000)) for number in span]
    moving = [c for c in every if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs") or unicodedata.bidirectional(c) in BIDI]
    assert [c for c in moving if c in escaped(c)] == []
    shown = escaped("".join(every))
    assert len(shown.splitlines()) == 1
    assert not set(moving) & set(shown)


BIDI = ("LRE", "LRO", "RLE", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


def test_a_quoted_text_cannot_end_its_quotation() -> None:
    assert quoted('mine"; the clock: "closed') == '"mine\\"; the clock: \\"closed"'
    assert escaped("a" * 700, 600) == "a" * 600


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "＝1"])
def test_no_cell_is_computed(text: str) -> None:
    assert cell(text) == f"'{text}"
    assert [cell(value) for value in ("a=1", -1, -1.5, "\t=1", "a\nb")] == ["a=1", -1, -1.5, "\\t=1", "a\\nb"]


def test_json_on_a_terminal_is_exact_and_obeys_nothing() -> None:
    value = {"grounds": "我\x1b[2J\x9b\u202e\U000e0041\n", "n": [1, None]}
    assert json.loads(json_text(value)) == value
    assert "我" in json_text(value)
    assert not set(json_text(value)) & set("\x1b\x9b\u202e\U000e0041")
