"""Staff, members and the clock are told apart by what they are called."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.events import CLOCK
from domain.staff import OPERATOR, same_staff, staff_id, subject_of

MEMBER = "0f" * 16
SUBJECTS = st.one_of(st.text(min_size=1), st.sampled_from([MEMBER, CLOCK, OPERATOR, f"staff:{MEMBER}"]))


@pytest.mark.rule("H3")
@pytest.mark.parametrize("subject", [MEMBER, CLOCK, OPERATOR, f"staff:{MEMBER}", "staff:staff:clock"])
def test_a_subject_that_could_pass_for_another_is_called_otherwise(subject: str) -> None:
    assert staff_id(subject) == f"staff:{subject}"


@pytest.mark.rule("H3")
@pytest.mark.parametrize("subject", ["rui", "Clock", MEMBER.upper(), MEMBER + "0", "staff:rui", "auth0|5f", "a b"])
def test_any_other_is_called_by_its_subject_as_ever(subject: str) -> None:
    assert staff_id(subject) == subject


@pytest.mark.rule("H3")
@given(SUBJECTS, SUBJECTS)
def test_a_name_is_one_persons(one: str, other: str) -> None:
    assert subject_of(staff_id(one)) == one
    assert (staff_id(one) == staff_id(other)) == (one == other)
    assert same_staff(one, staff_id(one)) or one.startswith("staff:")
    assert same_staff(staff_id(one), staff_id(one))
    assert not same_staff(None, staff_id(one))
    assert not same_staff(staff_id(other), staff_id(one)) or one == other
