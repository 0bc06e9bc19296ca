"""The statement of reasons in the form of the Commission's database (C4, C5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from domain.statement import PenaltyFacts, puid, statement_of_reasons
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
    assert stated(replace(FACTS, matched=True))["automated_detection"] == "Yes"
    assert stated(replace(FACTS, reasons=("resembles_a_protected_picture",)))["automated_decision"] == "AUTOMATED_DECISION_FULLY"


@pytest.mark.rule("C5")
def test_it_names_nobody_and_its_number_leads_back_to_nothing() -> None:
    statement = stated(FACTS)
    assert statement["source_identity"] is None
    assert FACTS.notice_id not in str(statement)
    assert puid(FACTS.notice_id) != puid("another")


@given(
    st.builds(
        PenaltyFacts,
        notice_id=st.text(min_size=1),
        rule=st.text(min_size=1, max_size=200),
        reasons=st.lists(REASONS, min_size=1, max_size=6).map(tuple),
        notified_at=INSTANTS,
        penalized_at=INSTANTS,
        ended_at=st.none() | INSTANTS,
        matched=st.booleans(),
    )
)
def test_whatever_the_reasons_it_keeps_to_the_databases_form(facts: PenaltyFacts) -> None:
    statement = stated(facts)
    assert re.fullmatch(r"[A-Za-z0-9_-]{1,500}", statement["puid"])
    assert 0 < len(statement["decision_facts"]) <= 5000
    assert len(statement["incompatible_content_ground"]) <= 500
    assert len(statement["incompatible_content_explanation"]) <= 2000
    for name in ("content_date", "application_date", "end_date_visibility_restriction"):
        assert statement[name] is None or re.fullmatch(r"\d{4}-\d\d-\d\d", statement[name])
    for name in ("decision_ground", "category", "source_type", "automated_detection", "automated_decision", "account_type"):
        assert re.fullmatch(r"[A-Za-z0-9_]+", statement[name])
