"""Working days left until a deadline (rule E1)."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.days_left import working_days_left
from domain.working_days import Calendar
from tests.domain.chinese_years import CHINA

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.mark.rule("E1")
@pytest.mark.parametrize(
    ("now", "left"),
    [
        ("2026-02-12T02:00:00", 3),
        ("2026-02-13T15:59:59", 2),  # still the 13th in Shanghai
        ("2026-02-13T16:00:00", 1),  # the 14th, an adjusted working day
        ("2026-02-15T00:00:00", 1),
        ("2026-02-24T15:59:59", 0),
        ("2026-03-01T00:00:00", 0),
    ],
)
def test_days_left_are_working_days_after_today(now: str, left: int) -> None:
    closes = datetime(2026, 2, 24, 16, tzinfo=UTC)
    assert working_days_left(datetime.fromisoformat(now).replace(tzinfo=UTC), closes, CHINA, SHANGHAI) == left


@pytest.mark.rule("E1")
def test_what_is_very_far_away_has_no_number() -> None:
    assert working_days_left(datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC), Calendar("CN", {}), SHANGHAI) is None
