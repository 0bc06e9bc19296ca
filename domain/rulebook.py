"""Policy as data (rules T5, G5): every number, choice and window of the product, published with an instant of effect.

A document leaves out what it does not change: a missing section or key takes the value of the built-in rulebook.
"""

from __future__ import annotations

import hashlib
import re
import tomllib
from collections.abc import Collection, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import force_setattr, replace

from domain.elapsed_hours import MAX_HOURS
from domain.rulebook_sections import (
    MAX_DAYS,
    AppealRules,
    BodyRules,
    ComplaintRules,
    DecideWithin,
    DeclarationRules,
    DeskRules,
    LimitRules,
    MisuseRules,
    PenaltyRules,
    PictureRules,
    ReminderRules,
    ReviewRules,
    Section,
    StorageRules,
    Threshold,
    VoucherRules,
    WindowRule,
    WithdrawalRules,
)
from domain.working_days import Count, Duration

__all__ = [
    "BUILT_IN",
    "DEFAULT",
    "MAX_DOCUMENT",
    "AppealRules",
    "ComplaintRules",
    "DecideWithin",
    "DeclarationRules",
    "DeskRules",
    "LimitRules",
    "MisuseRules",
    "PenaltyRules",
    "PictureRules",
    "ReminderRules",
    "ReviewRules",
    "Rulebook",
    "RulebookInvalid",
    "RulebookRef",
    "Threshold",
    "VoucherRules",
    "WindowRule",
    "WithdrawalRules",
    "most_of",
    "parse_rulebook",
    "parse_toml",
    "to_document",
]

MAX_DOCUMENT = 65_536
ADDED_LATER = ("bodies", "storage", "review")
"""The sections that rulebooks on record do not know: left out of a digest where they have their default."""


class RulebookInvalid(ValueError):
    """A document that is no rulebook: `path` is the key ("appeal.windows[0].days", empty for the whole), `why` a sentence."""

    def __init__(self, path: str, why: str) -> None:
        super().__init__(f"{path}: {why}" if path else why)
        self.path = path
        self.why = why


class RulebookRef(Struct, frozen=True, gc=False):
    """Which rulebook was applied (rule T1)."""

    name: str
    version: str
    digest: str


class Rulebook(Section, frozen=True, dict=True):
    """All rules of one version; `effective_from` (UTC) decides which is in force (rule T5)."""

    name: Annotated[str, Meta(min_length=1, max_length=80)] = "original-protection"
    version: Annotated[str, Meta(min_length=1, max_length=80)] = "2026-01"
    effective_from: Annotated[datetime, Meta(tz=True)] = datetime(2026, 1, 1, tzinfo=UTC)
    calendar: Annotated[str, Meta(pattern="^[A-Z]{2}$")] = "CN"
    time_zone: Annotated[str, Meta(min_length=1, max_length=80)] = "Asia/Shanghai"
    picture: PictureRules = PictureRules()
    vouchers: VoucherRules = VoucherRules()
    complaint: ComplaintRules = ComplaintRules()
    penalty: PenaltyRules = PenaltyRules()
    appeal: AppealRules = AppealRules()
    withdrawal: WithdrawalRules = WithdrawalRules()
    limits: LimitRules = LimitRules()
    desk: DeskRules = DeskRules()
    reminder: ReminderRules = ReminderRules()
    misuse: MisuseRules = MisuseRules()
    declaration: DeclarationRules = DeclarationRules()
    storage: StorageRules = StorageRules()
    bodies: BodyRules = BodyRules()
    review: ReviewRules = ReviewRules()

    def __post_init__(self) -> None:
        with suppress(OverflowError):  # refused by `parse_rulebook`, with its path
            force_setattr(self, "effective_from", self.effective_from.astimezone(UTC))

    @cached_property
    def digest(self) -> str:
        """SHA-256, hexadecimal, of the canonical JSON of the whole document with its defaults filled in.

        Events name it for ever: a section added later (`ADDED_LATER`) is left out of it where it has its default.
        """
        document: dict[str, object] = msgspec.to_builtins(self)
        for name in ADDED_LATER:
            if getattr(self, name) == getattr(DEFAULT, name):
                del document[name]
        return hashlib.sha256(msgspec.json.encode(document, order="sorted")).hexdigest()

    @cached_property
    def title(self) -> str:
        """Name and version, as a notice names its rule (rule C4)."""
        return f"{self.name} {self.version}"

    @cached_property
    def ref(self) -> RulebookRef:
        """Name, version and digest, as events record them (rule T1)."""
        return RulebookRef(self.name, self.version, self.digest)


DEFAULT = Rulebook()
BUILT_IN = replace(DEFAULT, effective_from=datetime.min.replace(tzinfo=UTC))
"""The rulebook in force since ever, under all published ones (rule T5)."""


_DEEP_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')\s*+\.\s*+){32}""")
"""A key of more than 32 parts, on which the library's parser spends the square of their number."""


def toml_document(text: str) -> dict[str, object]:
    """What TOML says. Raises ValueError, also for what is nested too deeply."""
    if _DEEP_KEY.search(text):
        raise ValueError("nested too deeply")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def parse_toml(text: str, known_zones: Collection[str] | None = None, known_countries: Collection[str] | None = None) -> Rulebook:
    """A rulebook from TOML. Raises RulebookInvalid, also for what is no TOML, too long or nested too deeply."""
    if len(text) > MAX_DOCUMENT:
        raise RulebookInvalid("", f"a rulebook has at most {MAX_DOCUMENT} characters, not {len(text)}")
    try:
        document = toml_document(text)
    except ValueError as error:
        raise RulebookInvalid("", f"not TOML: {error}") from None
    return parse_rulebook(document, known_zones, known_countries)


def parse_rulebook(
    document: Mapping[str, object], known_zones: Collection[str] | None = None, known_countries: Collection[str] | None = None
) -> Rulebook:
    """A rulebook from a document, what it leaves out filled in. Raises RulebookInvalid: an unknown key, a wrong type, a number out
    of bounds, a contradiction, or a zone or country that is not among the known ones (where these are given, as they are to publish).
    """
    try:
        rulebook = msgspec.convert(_filled(document, to_document(DEFAULT)), Rulebook)
    except msgspec.ValidationError as error:
        raise _explained(str(error)) from None
    for path, wrong, why in _contradictions(rulebook, known_zones, known_countries):
        if wrong:
            raise RulebookInvalid(path, why)
    return rulebook


def to_document(rulebook: Rulebook) -> dict[str, object]:
    """The rulebook as a JSON-able document, defaults filled in; `parse_rulebook` reads it back unchanged."""
    document: dict[str, object] = msgspec.json.decode(msgspec.json.encode(rulebook))
    return document


def _filled(given: object, default: object) -> object:
    """What was given, with what it leaves out taken from the default; the default list's last item serves further items."""
    if isinstance(given, Mapping) and isinstance(default, dict):
        filled = default | {name: _filled(value, default.get(name)) for name, value in given.items()}
        days = filled.get("days")
        if "from_days" in default and "from_days" not in given and isinstance(days, int):
            filled["from_days"] = min(days, filled["from_days"])
        return filled
    if isinstance(given, list | tuple) and isinstance(default, list):
        return [_filled(item, default[min(index, len(default) - 1)]) for index, item in enumerate(given)]
    return given


def _explained(message: str) -> RulebookInvalid:
    """The library's sentence ("Expected `int`, got `str` - at `$.appeal.rounds`") as path and reason."""
    why, _, at = message.partition(" - at `$")
    path = at.rstrip("`").lstrip(".")
    unknown = re.search(r"unknown field `(.*)`", why)
    if unknown:
        return RulebookInvalid(f"{path}.{unknown[1]}".lstrip("."), "unknown key")
    return RulebookInvalid(path, why)


def _contradictions(
    rulebook: Rulebook, known_zones: Collection[str] | None, known_countries: Collection[str] | None
) -> list[tuple[str, bool, str]]:
    """Every check that spans more than one value: key, whether it is broken, and why."""
    appeal = rulebook.appeal
    durations: list[tuple[str, Duration]] = [("vouchers.produce_within", rulebook.vouchers.produce_within)]
    durations += [("complaint.take_up_within", rulebook.complaint.take_up_within)]
    durations += [(f"appeal.windows[{index}]", window) for index, window in enumerate(appeal.windows)]
    durations += [(f"appeal.decide_within[{index}]", within) for index, within in enumerate(appeal.decide_within)]
    review = rulebook.review
    for name, within in (("request_within", review.request_within), ("decide_within", review.decide_within)):
        durations += [] if within is None else [(f"review.{name}", within)]
    most = f"at most {MAX_DAYS} days, {MAX_DAYS // 30} months or {MAX_HOURS} hours"
    checks = [(f"{path}.days", duration.days > most_of(duration.count), most) for path, duration in durations]
    for path, duration in durations:
        rolls = duration.count is Count.HOURS and duration.roll is not None
        checks.append((f"{path}.roll", rolls, "hours do not roll: they end within a day"))
    for index, within in enumerate(appeal.decide_within):
        sensible = 1 <= within.from_days <= within.days
        checks.append((f"appeal.decide_within[{index}].from_days", not sensible, f"must be from 1 to days, which is {within.days}"))
    picture = rulebook.picture
    fewest = picture.min_side * (picture.min_side if picture.min_side_of == "shorter" else 1)
    publishing = known_zones is not None  # what was published before there was this check still reads the same
    too_few = publishing and picture.max_pixels < fewest
    checks.append(("picture.max_pixels", too_few, f"a picture of the least size has {fewest} pixels"))
    for kind in ("declined_complaints", "withdrawn_after_appeal", "overturned_penalties", "rejected_appeals"):
        threshold: Threshold = getattr(rulebook.misuse, kind)
        checks.append((f"misuse.{kind}.suspend_at", threshold.suspend_at <= threshold.warn_at, "a warning comes before the suspension"))
    for name in ("name", "version"):
        value: str = getattr(rulebook, name)
        checks.append((name, not value.isprintable() or value != value.strip(), "must be printable, without spaces around it"))
    checks.append(("effective_from", rulebook.effective_from.tzinfo is not UTC, "must be between the years 1 and 9999 in UTC"))
    zone_unknown = known_zones is not None and rulebook.time_zone not in known_zones
    country_unknown = known_countries is not None and rulebook.calendar not in known_countries
    checks.append(("time_zone", zone_unknown, f"unknown time zone {rulebook.time_zone}"))
    checks.append(("calendar", country_unknown, f"no calendar of {rulebook.calendar} is known"))
    return checks


def most_of(count: Count) -> int:
    """The longest duration, in what it counts; a month is taken as the 30 days that the bound needs it to be."""
    return {Count.MONTHS: MAX_DAYS // 30, Count.HOURS: MAX_HOURS}.get(count, MAX_DAYS)
