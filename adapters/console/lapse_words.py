"""Lapses in words: what the rules did where nobody had decided, and what follows where a person finds otherwise (rule H8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import lazy_gettext

LAPSE: Final[Mapping[str, Any]] = {
    "decline": lazy_gettext("The complaint was declined, for nobody had looked at it in time"),
    "accept": lazy_gettext("The complaint was accepted, for nobody had looked at it in time"),
    "release": lazy_gettext("The goods were restored, for nobody had decided the appeal in time"),
    "reject": lazy_gettext("The appeal was rejected, for nobody had decided it in time"),
}
UPHELD: Final[Mapping[str, Any]] = {
    "decline": lazy_gettext("The complaint is accepted now: the listing is penalised and a notice is served."),
    "accept": lazy_gettext("The case is lifted: the penalty is revoked and the goods are restored."),
    "release": lazy_gettext(
        "The appeal counts as rejected from now on: the penalty stands again, and the next window opens or the case is final."
    ),
    "reject": lazy_gettext("The appeal is upheld: the penalty is revoked and the goods are restored."),
}

MISUSE: Final[Mapping[str, Any]] = {
    "declined_complaints": lazy_gettext("declined complaints"),
    "withdrawn_after_appeal": lazy_gettext("complaints withdrawn after an appeal"),
    "overturned_penalties": lazy_gettext("overturned penalties"),
    "rejected_appeals": lazy_gettext("rejected appeals"),
}


def lapse(name: str) -> str:
    """What the rules did."""
    return str(LAPSE.get(name, name))


def upheld(name: str) -> str:
    """What follows where the request is upheld."""
    return str(UPHELD.get(name, name))


def misuse(name: str) -> str:
    """What counted against a member."""
    return str(MISUSE.get(name, name))


FILTERS: Final = (lapse, upheld, misuse)
"""What templates word lapses with."""
