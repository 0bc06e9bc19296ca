"""The statement of reasons that accompanies a penalty (EU 2022/2065, art. 17), in the form of the Commission's database (art. 24(5)).

The form is the one in force there since 2025-07-01. It is made from what the respondent may see, and nothing else (rule C5): who
complained is in it nowhere, and its number is not the complaint's.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, Final

from msgspec import Struct

FACTS_CHARACTERS: Final = 5_000
EXPLANATION_CHARACTERS: Final = 2_000
GROUND_CHARACTERS: Final = 500
LAPSED: Final = "resembles_a_protected_picture"
"""The reason that stands alone where nobody decided: the complaint was taken up by the rulebook."""

EEA: Final = "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK"
"""Where a listing that is taken down is down, of the countries that the database knows: everywhere."""

_BLANKS: Final = "".join(mark for mark in map(chr, range(0x3001)) if mark.isspace()) + "\0\u200b\u200e\ufeff"
"""What it trims: blanks of Unicode, and some that have no width."""

_UNEXPLAINED: Final = "The picture is another member's original."
"""What stands where the reasons are blanks, which the database takes for no text at all."""

_FACTS: Final = (
    "A picture of the listing is, in the platform's finding, the same as one whose original was filed with the platform before by "
    "another member. The reasons given: "
)


class PenaltyFacts(Struct, frozen=True, kw_only=True):
    """What a notice tells of its penalty: under which rule and why, since when (None: no penalty), and when it ended.

    `matched` says that the region of a match is shown, and so that a machine found it; `again` how often the penalty had been revoked
    and stood again (rule H8), for each time it is stated anew.
    """

    notice_id: str
    rule: str
    reasons: tuple[str, ...]
    notified_at: datetime
    penalized_at: datetime | None
    ended_at: datetime | None = None
    matched: bool = False
    again: int = 0


def puid(notice_id: str, again: int = 0) -> str:
    """The statement's number on the platform: made of the notice's random id, so never used again, and leading back to nothing."""
    name = f"statement/{notice_id}" + (f"/{again}" if again else "")
    return hashlib.sha256(name.encode()).hexdigest()[:32]


def statement_of_reasons(facts: PenaltyFacts) -> dict[str, Any] | None:
    """The statement; None where there is no penalty. Dates are in UTC; the content is dated by the notice, which found it there."""
    if facts.penalized_at is None:
        return None
    reasons = " ".join(facts.reasons)
    return {
        "puid": puid(facts.notice_id, facts.again),
        "decision_visibility": ["DECISION_VISIBILITY_CONTENT_DISABLED"],
        "end_date_visibility_restriction": None if facts.ended_at is None else _date(facts.ended_at),
        "decision_ground": "DECISION_GROUND_INCOMPATIBLE_CONTENT",
        "incompatible_content_ground": _text(facts.rule, GROUND_CHARACTERS),
        "incompatible_content_explanation": _text(reasons, EXPLANATION_CHARACTERS),
        "incompatible_content_illegal": "No",
        "content_type": ["CONTENT_TYPE_IMAGE", "CONTENT_TYPE_PRODUCT"],
        "category": "STATEMENT_CATEGORY_INTELLECTUAL_PROPERTY_INFRINGEMENTS",
        "category_specification": ["KEYWORD_COPYRIGHT_INFRINGEMENT"],
        "territorial_scope": EEA.split(),
        "content_language": None,
        "content_date": _date(facts.notified_at),
        "application_date": _date(facts.penalized_at),
        "decision_facts": (_FACTS + reasons)[:FACTS_CHARACTERS],
        "source_type": "SOURCE_ARTICLE_16",
        "source_identity": None,
        "account_type": "ACCOUNT_TYPE_BUSINESS",
        "automated_detection": "Yes" if facts.matched else "No",
        "automated_decision": f"AUTOMATED_DECISION_{_automated(facts)}",
    }


def _automated(facts: PenaltyFacts) -> str:
    """How far a machine decided: alone where a lapse did, in part where somebody decided before a match that it had found."""
    if facts.reasons == (LAPSED,):
        return "FULLY"
    return "PARTIALLY" if facts.matched else "NOT_AUTOMATED"


def _text(text: str, most: int) -> str:
    """The text as the database reads it, which trims it and knows no text of blanks."""
    return text.strip(_BLANKS)[:most].rstrip(_BLANKS) or _UNEXPLAINED


def _date(instant: datetime) -> str:
    return instant.astimezone(UTC).date().isoformat()
