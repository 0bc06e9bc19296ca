"""Time zones by name and by country (rule E1)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from adapters.calendars.errors import AmbiguousZone, ZoneUnknown
from adapters.calendars.zones import Zones, known_zones, load_zone, zone_of


@pytest.mark.rule("E1")
@pytest.mark.parametrize(
    ("country", "zone"),
    [
        ("CN", "Asia/Shanghai"),
        ("JP", "Asia/Tokyo"),
        ("DE", "Europe/Berlin"),
        ("GB", "Europe/London"),
        ("IE", "Europe/Dublin"),
        ("MY", "Asia/Kuala_Lumpur"),
    ],
)
def test_a_country_with_one_time_of_day_has_a_zone(country: str, zone: str) -> None:
    assert zone_of(country) == zone


@pytest.mark.rule("E1")
def test_a_country_with_several_asks_for_one() -> None:
    with pytest.raises(AmbiguousZone, match=r"US has several time zones \(America/New_York, .* more\): name one as the zone") as refused:
        zone_of("US")
    assert {"America/New_York", "Pacific/Honolulu"} < set(refused.value.zones)
    with pytest.raises(AmbiguousZone, match=r"NZ has several time zones \(Pacific/Auckland, Pacific/Chatham\): name"):
        zone_of("NZ")
    with pytest.raises(AmbiguousZone, match="XX has no time zone"):
        zone_of("XX")


@pytest.mark.rule("E1")
@pytest.mark.parametrize("name", ["", "Asia", "asia/shanghai", "../zones", "/etc/localtime", "Asia/Peking", "Asia/Shanghai\0"])
def test_a_name_that_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(ZoneUnknown, match="no time zone"):
        load_zone(name)
    assert name not in Zones()


@pytest.mark.rule("E1")
def test_zones_are_a_mapping_that_loads_what_is_asked_for() -> None:
    zones = Zones()
    assert zones["Asia/Shanghai"].utcoffset(datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)) == timedelta(hours=8)
    assert zones["Asia/Shanghai"] is load_zone("Asia/Shanghai")
    assert set(zones) == known_zones()
    assert len(zones) == len(known_zones()) > 400
    assert all(load_zone(name) is not None for name in zones)
