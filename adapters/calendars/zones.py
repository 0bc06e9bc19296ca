"""Time zones by name and by country, from the `tzdata` package, so that every machine knows the same ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from adapters.calendars.errors import AmbiguousZone, ZoneUnknown

# Two zones that agree on these days keep the same time as far as any deadline here can tell.
_SAMPLES = [datetime(year, month, day, tzinfo=UTC) for year in range(2001, 2038) for month in range(1, 13) for day in (1, 15)]
# The legal time of all China; Xinjiang's own time is customary only.
_LEGAL = {"CN": "Asia/Shanghai"}


@lru_cache(maxsize=1)
def known_zones() -> frozenset[str]:
    """The names of the IANA time zones."""
    return frozenset((files("tzdata") / "zones").read_text(encoding="ascii").split())


@lru_cache(maxsize=256)
def load_zone(name: str) -> tzinfo:
    """The time zone of that name. Raises ZoneUnknown."""
    if name not in known_zones():
        raise ZoneUnknown(name)
    with files("tzdata").joinpath("zoneinfo", *name.split("/")).open("rb") as stream:
        return ZoneInfo.from_file(stream, key=name)


def zone_of(country: str) -> str:
    """The name of the country's time zone; zones that have kept the same time since 2001 are one. Raises AmbiguousZone."""
    if country in _LEGAL:
        return _LEGAL[country]
    names = _zones_by_country().get(country, ())
    if not names or len({_clock(name) for name in names}) > 1:
        raise AmbiguousZone(country, names)
    return names[0]


class Zones(Mapping[str, tzinfo]):
    """All known zones by name, each loaded when first asked for."""

    def __getitem__(self, name: str) -> tzinfo:
        if name not in known_zones():
            raise KeyError(name)
        return load_zone(name)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(known_zones()))

    def __len__(self) -> int:
        return len(known_zones())


@lru_cache(maxsize=1)
def _zones_by_country() -> dict[str, tuple[str, ...]]:
    """The table's own order within a country: the most populous zone first."""
    zones: dict[str, tuple[str, ...]] = {}
    for line in (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            country, _, name, *_ = line.split("\t")
            zones[country] = (*zones.get(country, ()), name)
    return zones


def _clock(name: str) -> tuple[object, ...]:
    zone = load_zone(name)
    return tuple(zone.utcoffset(sample.astimezone(zone)) for sample in _SAMPLES)
