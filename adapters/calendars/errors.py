"""What can be wrong with a wish for a calendar or a zone: each a sentence for its reader."""

from __future__ import annotations

from collections.abc import Sequence

_NAMED = 6


class CalendarError(ValueError):
    """A calendar or a time zone that cannot be had."""


class CountryUnknown(CalendarError):
    """No working days are known of that country."""

    def __init__(self, country: str) -> None:
        super().__init__(f"no calendar of {country!r} is known: name a country by its two letters, such as CN")


class YearNotOfficial(CalendarError):
    """The library would have to guess that year."""

    def __init__(self, country: str, year: int, official: Sequence[int]) -> None:
        known = f"official are {official[0]} to {official[-1]}" if official else "no year of it is"
        super().__init__(f"the calendar {country} {year} is not official, only a guess, and is not published: {known}")


class ZoneUnknown(CalendarError):
    """There is no time zone of that name."""

    def __init__(self, name: str) -> None:
        super().__init__(f"there is no time zone {name!r}: name one of the IANA database, such as Asia/Shanghai")


class AmbiguousZone(CalendarError):
    """The country has several times of day, or none."""

    def __init__(self, country: str, zones: Sequence[str]) -> None:
        self.zones = tuple(zones)
        more = f" and {len(zones) - _NAMED} more" if len(zones) > _NAMED else ""
        several = f"has several time zones ({', '.join(zones[:_NAMED])}{more})" if zones else "has no time zone of its own"
        super().__init__(f"{country} {several}: name one as the zone")
