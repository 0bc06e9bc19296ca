"""Where official calendars and time zones come from: the `holidays` library and the IANA time zone database."""

from adapters.calendars.errors import AmbiguousZone, CalendarError, CountryUnknown, YearNotOfficial, ZoneUnknown
from adapters.calendars.holidays_source import known_countries, official_years, year_from_library
from adapters.calendars.zones import Zones, known_zones, load_zone, zone_of

__all__ = [
    "AmbiguousZone",
    "CalendarError",
    "CountryUnknown",
    "YearNotOfficial",
    "ZoneUnknown",
    "Zones",
    "known_countries",
    "known_zones",
    "load_zone",
    "official_years",
    "year_from_library",
    "zone_of",
]
