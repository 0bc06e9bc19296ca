"""The texts of messages: every kind in every language, naming the same facts; a right, the reasons, the rules (rule H4)."""

from __future__ import annotations

import re
import string

import pytest

from projections.message_texts import LANGUAGES, TEXTS, text_of

UNTIL = "2026-03-05T16:00:00Z"
CHANGES = [["appeal.windows[0]", '{"days": 3, "count": "working", "from": "notice"}', '[{"days": 2, "count": "months"}, null, true, "x"]']]
CHANGED = "原为自通知起 3 个工作日，改为（2 个月、无、是、x）；另有 2 项。"
WARNED = {"misuse": "rejected_appeals", "counted": 1, "suspend_at": 2}
RULES = {"rulebook": "b 2", "replaces": "a 1", "from": UNTIL}


def named(text: str) -> set[str]:
    """The facts that a text names."""
    return {"outcome" if name == "found" else name for _, name, _, _ in string.Formatter().parse(text) if name}


def test_every_kind_is_told_in_every_language_and_names_the_same() -> None:
    assert {language: TEXTS[language].keys() for language in LANGUAGES} == dict.fromkeys(LANGUAGES, TEXTS["en"].keys())
    for kind, text in TEXTS["zh"].items():
        assert named(text) == named(TEXTS["en"][kind]), kind
        assert not re.search(r"[A-Za-z]", re.sub(r"\{\w+\}", "", text)), kind


@pytest.mark.rule("H4", "H5")
@pytest.mark.parametrize(
    ("kind", "facts", "english", "chinese"),
    [
        ("appeal_reminder", {"until": UNTIL, "rule": "r 1"}, f"ends at {UNTIL}. Rule: r 1.", f"将于 {UNTIL} 届满。依据规则：r 1。"),
        ("body_decided", {"outcome": "upheld", "reasons": ["seen."]}, "was upheld. Reasons: seen.", "您的请求获得支持。理由：seen。"),
        ("vouchers_decided", {"vouchers": "wanting"}, "were found wanting.", "您的凭证经审核：不符合要求。"),
        (
            "misuse_warned",
            WARNED,
            "appeals of yours that were rejected: 1",
            "被驳回的申诉，目前 1 次",
        ),
        ("suspended", {"misuse": "declined_complaints", "side": "complaints", "until": UNTIL}, "New complaints of yours", "您新的投诉在"),
        ("rules_change", RULES, "Only its name differs.", "仅名称不同。"),
        (
            "rules_change",
            {**RULES, "changes": CHANGES, "more": 2},
            "was 3 working days from notice, becomes",
            CHANGED,
        ),
    ],
)
def test_what_a_text_names_is_called_by_its_readers_words(kind: str, facts: dict[str, object], english: str, chinese: str) -> None:
    assert english in text_of(kind, "notice", facts, "en")
    assert chinese in text_of(kind, "notice", facts, "zh")


def test_a_kind_that_both_parties_hear_is_told_to_each_in_its_own_terms() -> None:
    assert text_of("appeal_opened", "notice", {"round": 1}, "zh") == "已收到您的第 1 轮申诉。"
    assert text_of("appeal_opened", "complaint", {"round": 1}, "zh") == "被投诉人提起了第 1 轮申诉。"
