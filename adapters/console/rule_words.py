"""Values of a rulebook in words: windows, choices and switches as a rule maker says them, in the reader's language."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from flask_babel import gettext, lazy_gettext, ngettext

CHOICE: Final[Mapping[str, Any]] = {
    "acceptance": lazy_gettext("at acceptance"),
    "final": lazy_gettext("once the case is final"),
    "first_appeal_decided": lazy_gettext("until the first appeal is decided"),
    "escalate": lazy_gettext("escalate to the desk"),
    "decline": lazy_gettext("decline the complaint"),
    "accept": lazy_gettext("accept the complaint"),
    "release": lazy_gettext("restore the goods"),
    "reject": lazy_gettext("reject the appeal"),
    "case": lazy_gettext("the whole case"),
    "round": lazy_gettext("that round alone"),
    "appeals": lazy_gettext("another for each appeal"),
    "all": lazy_gettext("nor whoever accepted"),
    "none": lazy_gettext("anybody"),
    "shorter": lazy_gettext("the shorter side"),
    "longer": lazy_gettext("the longer side"),
    "next_working_day": lazy_gettext("moved to the next working day"),
}
FROM: Final[Mapping[str, Any]] = {
    "notice": lazy_gettext("from the notice"),
    "previous_decision": lazy_gettext("from the previous decision"),
}
ALWAYS: Final = "0001-01-01T00:00:00Z"
"""From when the built-in rulebook is in force."""


def rule_value(value: Any) -> str:
    """A value of a rulebook's key in words; what has none is shown as it stands in the document."""
    match value:
        case None:
            return str(gettext("not there"))
        case bool():
            return str(gettext("yes") if value else gettext("no"))
        case {"days": int(), "count": str()}:
            return _window(value)
        case list():
            return "; ".join(rule_value(one) for one in value) or str(gettext("none"))
        case str():
            if value == ALWAYS:
                return str(gettext("always"))
            return str(CHOICE.get(value) or FROM.get(value) or value)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _window(value: Mapping[str, Any]) -> str:
    days, least = value["days"], value.get("from_days")
    said = [_counted(days, value["count"]) if least in (None, days) else f"{least}–{_counted(days, value['count'])}"]
    if (begins := value.get("from")) is not None:
        said.append(str(FROM.get(begins, begins)))
    if value.get("roll"):
        said.append(rule_value(value["roll"]))
    if value.get("not_before"):
        said.append(str(gettext("not before")))
    return ", ".join(said)


def _counted(number: int, count: str) -> str:
    match count:
        case "working":
            return str(ngettext("%(num)d working day", "%(num)d working days", number))
        case "calendar":
            return str(ngettext("%(num)d calendar day", "%(num)d calendar days", number))
        case "months":
            return str(ngettext("%(num)d month", "%(num)d months", number))
        case "hours":
            return str(ngettext("%(num)d hour", "%(num)d hours", number))
        case _:
            return f"{number} {count}"


FILTERS: Final = (rule_value,)
"""What templates word a rulebook's values with."""
