"""Where one can go from every page, by role."""

from __future__ import annotations

import re
from typing import Any, Final

from flask_babel import lazy_gettext
from msgspec import Struct


class Place(Struct, frozen=True):
    """A page that the navigation names."""

    address: str
    title: Any
    roles: frozenset[str]


def _place(address: str, title: Any, *roles: str) -> Place:
    return Place(address, title, frozenset(roles))


PLACES: Final = (
    _place("/console/desk/complaints", lazy_gettext("Complaints"), "reviewer"),
    _place("/console/desk/appeals", lazy_gettext("Appeals"), "reviewer"),
    _place("/console/desk/reviews", lazy_gettext("A person"), "reviewer"),
    _place("/console/desk/vouchers", lazy_gettext("Vouchers"), "reviewer"),
    _place("/console/desk/disputes", lazy_gettext("Disputes"), "reviewer"),
    _place("/console/desk/merchants", lazy_gettext("Merchants"), "reviewer"),
    _place("/console/folders", lazy_gettext("Pictures"), "merchant"),
    _place("/console/sightings", lazy_gettext("Sightings"), "merchant"),
    _place("/console/complaints", lazy_gettext("My complaints"), "merchant"),
    _place("/console/notices", lazy_gettext("Notices to me"), "merchant"),
    _place("/console/authorizations", lazy_gettext("Authorisations"), "merchant"),
    _place("/console/messages", lazy_gettext("Messages"), "merchant"),
    _place("/console/audit/cases", lazy_gettext("Cases"), "auditor", "admin"),
    _place("/console/audit/log", lazy_gettext("The log"), "auditor", "admin"),
    _place("/console/rules", lazy_gettext("Rulebooks"), "auditor", "admin"),
    _place("/console/replays", lazy_gettext("Replays"), "auditor", "admin"),
    _place("/console/figures", lazy_gettext("Figures"), "auditor", "admin"),
    _place("/console/shadow", lazy_gettext("Shadow"), "auditor", "admin"),
    _place("/console/deadlines", lazy_gettext("Deadlines"), "auditor", "admin", "reviewer", "merchant"),
)


def navigation(roles: frozenset[str], path: str) -> list[dict[str, Any]]:
    """The places of these roles, with the one that is open marked."""
    return [
        {"address": place.address, "title": str(place.title), "here": path == place.address or path.startswith(f"{place.address}/")}
        for place in PLACES
        if place.roles & roles
    ]


_ID: Final = re.compile(r"/([0-9a-f]{8})[0-9a-f]{24}(?=/|$)")


def about(path: str) -> str:
    """How the id begins of what an address is about, so that no two pages have one title; empty where it is about no such thing."""
    return next(reversed(_ID.findall(path)), "")
