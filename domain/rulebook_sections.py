"""The sections of a rulebook (rule G5), each with the defaults of the built-in one, closed to unknown keys."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct
from msgspec.structs import replace

from domain.working_days import Duration

MAX_DAYS = 3_660
Positive = Annotated[int, Meta(ge=1, le=1_000_000)]
Rounds = Annotated[int, Meta(ge=1, le=100)]


class Section(Struct, frozen=True, forbid_unknown_fields=True):
    """A section: frozen, and closed to unknown keys."""


class PictureRules(Section, frozen=True):
    """Machine review (rule B2): sizes in bytes and pixels."""

    suffixes: Annotated[tuple[Literal["jpg", "jpeg", "png"], ...], Meta(min_length=1, max_length=3)] = ("jpg", "jpeg", "png")
    max_bytes: Annotated[int, Meta(ge=1, le=1_073_741_824)] = 10_485_760
    min_side: Positive = 700
    min_side_of: Literal["shorter", "longer"] = "shorter"
    scale_over: Positive = 2000
    max_pixels: Annotated[int, Meta(ge=1, le=1_000_000_000)] = 60_000_000


class VoucherRules(Section, frozen=True):
    """How long a merchant has to produce vouchers (rule B6)."""

    produce_within: Duration = Duration(3)


class ComplaintRules(Section, frozen=True):
    """When a complaint is taken up, what a lapse does, and how many links it may name (rules C3, H5)."""

    take_up_within: Duration = Duration(3)
    on_lapse: Literal["escalate", "decline", "accept"] = "escalate"
    max_links: Positive = 50


class PenaltyRules(Section, frozen=True):
    """When the listing is penalised (rule C4)."""

    when: Literal["acceptance", "final"] = "acceptance"


class WindowRule(Duration, frozen=True, rename={"anchor": "from"}):
    """An appeal's window and what it is counted from (rules D1, D2); the key of `anchor` is `from`."""

    anchor: Literal["notice", "previous_decision"] = "notice"

    @property
    def duration(self) -> Duration:
        """The window's length alone."""
        return Duration(self.days, self.count, self.roll)


class DecideWithin(Duration, frozen=True):
    """How long staff have to decide an appeal (rule D4): `from_days` to `days`; `not_before` forbids an earlier decision."""

    from_days: int = 1
    not_before: bool = False

    @property
    def duration(self) -> Duration:
        """The duration at whose end the decision is overdue."""
        return Duration(self.days, self.count, self.roll)

    @property
    def earliest(self) -> Duration:
        """The duration before whose end a decision is too early where `not_before` says so, and information otherwise."""
        return Duration(self.from_days, self.count, self.roll)


class AppealRules(Section, frozen=True):
    """Rounds of appeal, their windows, and what lapses cost (rules D1 to D4, D6)."""

    rounds: Rounds = 2
    windows: Annotated[tuple[WindowRule, ...], Meta(min_length=1, max_length=100)] = (
        WindowRule(3),
        WindowRule(3, anchor="previous_decision"),
    )
    decide_within: Annotated[tuple[DecideWithin, ...], Meta(min_length=1, max_length=100)] = (DecideWithin(5, from_days=3),)
    lapse_ends: Literal["case", "round"] = "case"
    on_lapse: Literal["escalate", "release", "reject"] = "escalate"
    fresh_reviewer: Literal["appeals", "all", "none"] = "appeals"

    def window(self, round: int) -> WindowRule:
        """The window of a round, from 1. The last one stated serves further rounds; round 1 is always counted from the notice,
        which is the only decision there is before it.
        """
        windows = self.windows
        window = windows[round - 1] if round <= len(windows) else windows[-1]
        return replace(window, anchor="notice") if round == 1 and window.anchor != "notice" else window

    def decide(self, round: int) -> DecideWithin:
        """The time to decide the appeal of a round, from 1; the last one stated serves further rounds."""
        return self.decide_within[min(round, len(self.decide_within)) - 1]


class WithdrawalRules(Section, frozen=True):
    """Until when a complainant can withdraw (rule C6)."""

    until: Literal["final", "first_appeal_decided"] = "final"


class LimitRules(Section, frozen=True):
    """Limits of size, each refused by name (rules D5, H5): characters a text, files an appeal, pictures a request, attempts kept."""

    text_characters: Positive = 5_000
    evidence_files: Positive = 10
    pictures: Positive = 50
    attempts_a_day: Positive = 20


class StorageRules(Section, frozen=True):
    """How much a member may hand in: bytes on a UTC day, files on one case, filing or dispute (rule H11)."""

    bytes_a_day: Annotated[int, Meta(ge=1, le=2**50)] = 2**30
    files_a_case: Positive = 100


class ReviewRules(Section, frozen=True):
    """Until when after a lapse of the desk's a person can be asked, and how long that person has (rule H8); absent, nobody can ask."""

    request_within: Duration | None = None
    decide_within: Duration | None = None


class DeskRules(Section, frozen=True):
    """How long a reviewer's claim holds, in hours (rule H3)."""

    claim_hours: Annotated[int, Meta(ge=1, le=8_784)] = 24


class BodyRules(Section, frozen=True):
    """To how many outside bodies, or under how many references, a party may record that it took one case (rule H9)."""

    records_a_party: Annotated[int, Meta(ge=1, le=100)] = 5


class ReminderRules(Section, frozen=True):
    """Whether each party is reminded one working day before its window closes (rule H4)."""

    enabled: bool = True


class Threshold(Section, frozen=True):
    """Counts within the misuse window at which a member is warned and, later, suspended (rule H5)."""

    warn_at: Positive
    suspend_at: Positive


class DeclarationRules(Section, frozen=True):
    """The declaration that a merchant signs before it files; a new version has to be signed before the next filing (rule A3)."""

    version: Annotated[str, Meta(min_length=1, max_length=50)] = "1"
    text: Annotated[str, Meta(min_length=1, max_length=20_000)] = (
        "I declare that the pictures I file are my own original work or made for me, that I hold the vouchers for them "
        "(original file, outtakes or set, model contract) and will produce them when asked, and that I know: once a picture "
        "is found not to be original, the protection of all my pictures is cancelled and the service is terminated."
    )


class MisuseRules(Section, frozen=True):
    """What counts as misuse (rule H5): per kind, a warning and then a suspension, counted over the last `window_days` days."""

    enabled: bool = False
    window_days: Annotated[int, Meta(ge=1, le=MAX_DAYS)] = 90
    suspend_days: Annotated[int, Meta(ge=1, le=MAX_DAYS)] = 90
    declined_complaints: Threshold = Threshold(10, 20)
    withdrawn_after_appeal: Threshold = Threshold(3, 6)
    overturned_penalties: Threshold = Threshold(5, 10)
    rejected_appeals: Threshold = Threshold(10, 20)
