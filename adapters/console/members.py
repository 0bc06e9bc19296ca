"""The members of the demonstration, whom one can be where that was switched on."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

from adapters.console.signing_in import DemoMember
from adapters.identity.tokens import Caller

_MERCHANTS: Final = (
    ("lin", "Lin", lazy_gettext("Files her pictures and finds them on other listings. Try: complain of a sighting; withdraw a complaint.")),
    ("mo", "Mo", lazy_gettext("Sells with pictures that are not his. Try: read why and until when, and appeal against a notice.")),
    (
        "wen",
        "文文手作",
        lazy_gettext("Was asked for the originals of her pictures. Try: look at what she handed in."),
    ),
    ("jia", "Jia", lazy_gettext("Was refused because somebody else filed first. Try: hand in vouchers to the dispute.")),
    ("pia", "Pia", lazy_gettext("Was authorised by Lin to use all of her pictures.")),
)
_STAFF: Final = (
    ("rui", "reviewer", lazy_gettext("Takes complaints up and decides appeals. Try: press n, then a, 1 and Enter; decide many at once.")),
    ("sana", "reviewer", lazy_gettext("Decides the second appeals, which whoever decided the first may not.")),
    (
        "audra",
        "auditor",
        lazy_gettext("Reads any case as it was on any day. Try: replay all of it by another rulebook."),
    ),
    ("admin", "admin", lazy_gettext("Publishes rulebooks and calendars. Try: draft a rulebook; move the clock, and see windows close.")),
)


def demo_members() -> list[DemoMember]:
    """Each with its role and what there is to be tried."""
    merchants = [
        DemoMember(Caller(name, frozenset({"merchant"}), nick, ("apparel",)), "merchant", about) for name, nick, about in _MERCHANTS
    ]
    return merchants + [DemoMember(Caller(name, frozenset({role})), role, about) for name, role, about in _STAFF]
