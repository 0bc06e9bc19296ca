"""The statement of reasons in the form of the Commission's database (C4, C5)."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.statement import PenaltyFacts, puid, statement_of_reasons
from tests.domain.databases_rules import batch_refusals, refusals
from tests.domain.tale import instant

FACTS = PenaltyFacts(
    notice_id="0123456789abcdef0123456789abcdef",
    rule="original-protection 2026-01",
    reasons=("The same picture, mirrored.",),
    notified_at=instant("2026-03-02 23:30"),
    penalized_at=instant("2026-03-03 00:10"),
)

INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


REASONS = st.builds(lambda text, times: (text * times)[:2000], st.text(min_size=1, max_size=20), st.sampled_from([1, 100, 2000]))
"""Short ones and such as fill a database's field."""


def stated(facts: PenaltyFacts) -> dict[str, Any]:
    statement = statement_of_reasons(facts)
    assert statement is not None
    return statement


@pytest.mark.rule("C4")
def test_a_penalty_is_stated_with_what_why_since_when() -> None:
    statement = stated(FACTS)
    assert statement["decision_visibility"] == ["DECISION_VISIBILITY_CONTENT_DISABLED"]
    assert statement["incompatible_content_ground"] == "original-protection 2026-01"
    assert "mirrored" in statement["decision_facts"]
    assert (statement["content_date"], statement["application_date"]) == ("2026-03-02", "2026-03-03")
    assert statement["end_date_visibility_restriction"] is None
    assert statement["automated_decision"] == "AUTOMATED_DECISION_NOT_AUTOMATED"
    assert statement_of_reasons(replace(FACTS, penalized_at=None)) is None


def test_a_penalty_that_ended_says_when_and_a_machines_part_is_told() -> None:
    assert stated(replace(FACTS, ended_at=instant("2026-03-09 12:00")))["end_date_visibility_restriction"] == "2026-03-09"
    found = stated(replace(FACTS, matched=True))
    assert (found["automated_detection"], found["automated_decision"]) == ("Yes", "AUTOMATED_DECISION_PARTIALLY")
    assert stated(replace(FACTS, reasons=("resembles_a_protected_picture",)))["automated_decision"] == "AUTOMATED_DECISION_FULLY"


def test_it_says_what_kind_of_infringement_and_where_the_penalty_holds() -> None:
    statement = stated(FACTS)
    assert statement["category_specification"] == ["KEYWORD_COPYRIGHT_INFRINGEMENT"]
    assert len(statement["territorial_scope"]) == 30
    assert {"DE", "NO"} < set(statement["territorial_scope"])
    assert statement["content_language"] is None, "a picture has no language"
    assert statement["source_type"] == "SOURCE_ARTICLE_16"


@pytest.mark.rule("C5")
def test_it_names_nobody_and_its_number_leads_back_to_nothing() -> None:
    statement = stated(FACTS)
    assert statement["source_identity"] is None
    assert FACTS.notice_id not in str(statement)
    assert puid(FACTS.notice_id) != puid("another")
    again = statement_of_reasons(replace(FACTS, again=1))
    assert again is not None
    assert again["puid"] not in (puid(FACTS.notice_id), puid(FACTS.notice_id, 2))


@given(
    st.builds(
        PenaltyFacts,
        notice_id=st.text(min_size=1),
        rule=st.text(min_size=1, max_size=600),
        reasons=st.lists(REASONS, min_size=1, max_size=6).map(tuple),
        notified_at=INSTANTS,
        penalized_at=INSTANTS,
        ended_at=st.none() | INSTANTS,
        matched=st.booleans(),
    )
)
def test_whatever_the_reasons_it_keeps_to_the_databases_rules(facts: PenaltyFacts) -> None:
    assert refusals(stated(facts)) == {}


def drawn(chance: random.Random) -> PenaltyFacts:
    """Facts as a platform has them, with reasons from a word to more than a field holds, in several scripts."""
    began = datetime(2024, 2, 17, tzinfo=UTC) + timedelta(seconds=chance.randrange(10**8))
    words = ("copied", "\u540c\u4e00\u5f20\u7167\u7247", "the same shot, cropped", "g\u00e9n\u00e9ral", "\U0001f4f7", " \u3000", "\n")
    return PenaltyFacts(
        notice_id=f"{chance.getrandbits(128):032x}",
        rule="original-protection 2026-01",
        reasons=tuple(" ".join(chance.choices(words, k=chance.choice((1, 5, 400)))) for _ in range(chance.randint(1, 4))),
        notified_at=began,
        penalized_at=began + timedelta(minutes=chance.randrange(3)),
        ended_at=None if chance.random() < 0.5 else began + timedelta(days=chance.randrange(200)),
        matched=chance.random() < 0.7,
    )


def test_of_a_thousand_drawn_statements_the_database_would_refuse_none() -> None:
    chance = random.Random(20260624)
    made = [stated(drawn(chance)) for _ in range(1_000)]
    assert [batch_refusals(made[first : first + 100]) for first in range(0, 1_000, 100)] == [{}] * 10
    assert len({one["puid"] for one in made}) == 1_000


def test_the_transcribed_rules_do_refuse() -> None:
    good = stated(FACTS)
    bad = {
        "puid": "with a space",
        "category_addition": None,
        "incompatible_content_illegal": None,
        "incompatible_content_explanation": " \n",
        "category_specification": ["KEYWORD_ONLINE_BULLYING_INTIMIDATION"],
        "decision_facts": "x" * 5_001,
        "content_date": "1999-12-31",
        "territorial_scope": ["CN"],
    }
    assert set(refusals({**good, **bad})) == set(bad)
    assert batch_refusals([good] * 101) == {"statements": "must be between 1 and 100"}
