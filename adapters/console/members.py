"""The members of the demonstration, whom one can be where that was switched on."""

from __future__ import annotations

from typing import Final

from flask_babel import lazy_gettext

from adapters.console.signing_in import DemoMember
from adapters.identity.tokens import Caller

_MERCHANTS: Final = (
    ("lin", "Lin", ("apparel",), lazy_gettext("Files pictures of coats and finds them on other listings.")),
    ("mo", "Mo", ("apparel",), lazy_gettext("Sells with pictures that are not his: was served notices, and appeals.")),
    ("pia", "Pia", ("apparel",), lazy_gettext("Was authorised by Lin to use some pictures.")),
)
_STAFF: Final = (
    ("rui", "reviewer", lazy_gettext("Takes complaints up and decides appeals.")),
    ("sana", "reviewer", lazy_gettext("Decides the second appeal, which whoever decided the first may not.")),
    ("audra", "auditor", lazy_gettext("Reads the full history of any case, and replays it under other rules.")),
    ("admin", "admin", lazy_gettext("Publishes rulebooks and calendars, opens the entrance.")),
)


def demo_members() -> list[DemoMember]:
    """Each with its role and what there is to be tried."""
    merchants = [
        DemoMember(Caller(name, frozenset({"merchant"}), nick, kinds), "merchant", about) for name, nick, kinds, about in _MERCHANTS
    ]
    return merchants + [DemoMember(Caller(name, frozenset({role})), role, about) for name, role, about in _STAFF]
