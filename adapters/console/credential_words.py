"""Content credentials in words: what was found of them, what it proves, and who says when they were signed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext, lazy_gettext

STATE: Final[Mapping[str, Any]] = {
    "none": lazy_gettext("None"),
    "elsewhere": lazy_gettext("Kept elsewhere"),
    "not_read": lazy_gettext("Not read"),
    "unreadable": lazy_gettext("Unreadable"),
    "altered": lazy_gettext("Altered"),
    "invalid": lazy_gettext("Invalid"),
    "expired": lazy_gettext("Expired"),
    "untrusted": lazy_gettext("Signed, not vouched for"),
    "trusted": lazy_gettext("Signed and vouched for"),
}
TONE: Final[Mapping[str, str]] = {
    "altered": "bad",
    "invalid": "bad",
    "unreadable": "bad",
    "expired": "warn",
    "untrusted": "warn",
    "trusted": "good",
}
MEANS: Final[Mapping[str, Any]] = {
    "none": lazy_gettext("The picture carries no content credentials. That speaks neither for nor against whoever filed it."),
    "elsewhere": lazy_gettext(
        "The picture names an address where its content credentials are kept. Nobody asks there, so nothing is known of them."
    ),
    "not_read": lazy_gettext("Content credentials are not read here: the package that reads them is not installed."),
    "unreadable": lazy_gettext("The picture carries something in the place of content credentials that cannot be read. It proves nothing."),
    "altered": lazy_gettext(
        "The picture or its content credentials were changed after they were signed. What they say proves nothing of this picture."
    ),
    "invalid": lazy_gettext("The content credentials break the rules of their kind. What they say proves nothing of this picture."),
    "expired": lazy_gettext(
        "The signer's certificate has run out, and no time stamp shows that they were signed before. They prove nothing any more."
    ),
    "untrusted": lazy_gettext(
        "Signed by a party nobody here vouches for. The picture is as that party signed it; who that party is, the certificate "
        "alone says, and anybody can make one."
    ),
    "trusted": lazy_gettext(
        "Signed by a party whose certificate leads to the operator's list. The picture is as that party signed it; whether what it "
        "says of the making is true, the signature does not prove."
    ),
}


def credentials_state(name: str) -> str:
    """What was found of them."""
    return str(STATE.get(name, name))


def credentials_tone(name: str) -> str:
    """The colour of that."""
    return TONE.get(name, "plain")


def credentials_mean(name: str) -> str:
    """What that proves, and what not."""
    return str(MEANS.get(name, name))


def said_by(time: Mapping[str, Any]) -> str:
    """Who says when they were signed."""
    if time["by"] == "signer":
        return str(gettext("as the signer says, and nobody else"))
    who = (time.get("authority") or {}).get("name") or "?"
    if time["vouched"]:
        return str(gettext("by the clock of the time-stamping authority %(who)s, which is vouched for", who=who))
    return str(gettext("by the clock of the time-stamping authority %(who)s, which nobody here vouches for", who=who))


FILTERS: Final = (credentials_state, credentials_tone, credentials_mean, said_by)
"""What templates word content credentials with."""
