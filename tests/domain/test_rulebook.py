"""Policy as data: what a rulebook document may say, and what it says where it is silent (rules T5, G5)."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from adapters.calendars.holidays_source import known_countries
from adapters.calendars.zones import known_zones
from domain.rulebook import (
    BUILT_IN,
    DEFAULT,
    MAX_DOCUMENT,
    DecideWithin,
    RulebookInvalid,
    RulebookRef,
    WindowRule,
    parse_rulebook,
    parse_toml,
    to_document,
)
from domain.working_days import Count, Duration

DOCS = Path(__file__).parents[2] / "docs" / "rulebooks"
FILES = sorted(DOCS.glob("*.toml"))

CONTRACT = """
name = "original-protection"
version = "2026-01"
effective_from = 2026-01-01T00:00:00Z
calendar = "CN"
time_zone = "Asia/Shanghai"
[picture]
suffixes = ["jpg", "jpeg", "png"]
max_bytes = 10485760
min_side = 700
min_side_of = "shorter"
scale_over = 2000
max_pixels = 60000000
[vouchers]
produce_within = {days = 3, count = "working"}
[complaint]
take_up_within = {days = 3, count = "working"}
on_lapse = "escalate"
max_links = 50
[penalty]
when = "acceptance"
[appeal]
rounds = 2
windows = [{days = 3, count = "working", from = "notice"}, {days = 3, count = "working", from = "previous_decision"}]
decide_within = [{from_days = 3, days = 5, count = "working", not_before = false}]
lapse_ends = "case"
on_lapse = "escalate"
fresh_reviewer = "appeals"
[withdrawal]
until = "final"
"""


@pytest.mark.rule("T5")
def test_the_built_in_rulebook_is_the_published_default_in_force_since_ever() -> None:
    assert parse_toml(CONTRACT) == DEFAULT
    assert BUILT_IN.effective_from == datetime(1, 1, 1, tzinfo=UTC)
    assert to_document(BUILT_IN) | {"effective_from": "2026-01-01T00:00:00Z"} == to_document(DEFAULT)
    assert (BUILT_IN.name, BUILT_IN.version) == ("original-protection", "2026-01")


@pytest.mark.rule("T5")
def test_what_is_left_out_takes_the_default_and_does_not_change_the_digest() -> None:
    assert parse_toml("") == DEFAULT
    assert parse_toml("").digest == parse_toml(CONTRACT).digest
    assert parse_toml("[appeal]\nrounds = 3").digest != DEFAULT.digest
    assert DEFAULT.ref == RulebookRef("original-protection", "2026-01", DEFAULT.digest)
    assert len(DEFAULT.digest) == 64


@pytest.mark.rule("T1")
def test_the_digest_of_the_default_never_changes() -> None:
    """Events name this digest for ever: a section or key added later is left out of it where it has its default."""
    assert parse_toml("[storage]\nfiles_a_case = 100").digest == DEFAULT.digest
    assert parse_toml("[storage]\nfiles_a_case = 99").digest != DEFAULT.digest
    assert parse_toml("[review]").digest == DEFAULT.digest
    assert parse_toml("[review]\nrequest_within = {days = 30}").digest != DEFAULT.digest
    assert DEFAULT.digest == "7a7b74fc551a0c35d2a4d5f6869c609da12867a6f105cfedc1f98389707ff677"
    assert BUILT_IN.digest == "22f90bf5d1640158dd2e56c757d799db55defe7461b246c58ec98428dea0a1ea"


@pytest.mark.rule("T5")
@pytest.mark.parametrize("rulebook", [BUILT_IN, DEFAULT, *(parse_toml(file.read_text("utf-8")) for file in FILES)])
def test_a_rulebook_written_down_reads_the_same(rulebook: object) -> None:
    assert parse_rulebook(json.loads(json.dumps(to_document(rulebook)))) == rulebook  # type: ignore[arg-type]


@pytest.mark.rule("G5")
def test_windows_left_half_said_take_the_rest_from_the_window_in_their_place() -> None:
    rules = parse_toml('[appeal]\nrounds = 3\nwindows = [{days = 30, count = "calendar"}, {days = 15, count = "calendar"}, {}]').appeal
    assert rules.windows == (
        WindowRule(30, Count.CALENDAR),
        WindowRule(15, Count.CALENDAR, anchor="previous_decision"),
        WindowRule(3, anchor="previous_decision"),
    )
    assert parse_toml('[vouchers]\nproduce_within = {roll = "next_working_day"}').vouchers.produce_within == Duration(
        3, roll="next_working_day"
    )


@pytest.mark.rule("D4")
def test_a_short_time_to_decide_begins_no_later_than_it_ends() -> None:
    within = parse_toml("[appeal]\ndecide_within = [{days = 2}, {days = 9}]").appeal.decide_within
    assert [(one.from_days, one.days) for one in within] == [(2, 2), (3, 9)]


@pytest.mark.rule("D1", "D2")
def test_the_last_window_and_the_last_time_to_decide_serve_further_rounds() -> None:
    rules = parse_toml(
        "[appeal]\nrounds = 4\nwindows = [{days = 3}, {days = 27}]\ndecide_within = [{days = 5}, {days = 9, not_before = true}]"
    ).appeal
    assert [(rules.window(n).days, rules.window(n).anchor) for n in (1, 2, 3, 4)] == [
        (3, "notice"),
        (27, "previous_decision"),
        (27, "previous_decision"),
        (27, "previous_decision"),
    ]
    assert [rules.decide(n).days for n in (1, 2, 3)] == [5, 9, 9]
    assert rules.window(2).duration == Duration(27)


@pytest.mark.rule("D1")
def test_the_first_window_is_counted_from_the_notice_whatever_it_says() -> None:
    rules = parse_toml('[appeal]\nwindows = [{days = 7, from = "previous_decision"}]').appeal
    assert (rules.window(1).anchor, rules.window(2).anchor) == ("notice", "previous_decision")


@pytest.mark.rule("D4")
def test_a_time_to_decide_has_an_earliest_and_a_latest() -> None:
    within = DecideWithin(14, Count.WORKING, from_days=10, not_before=True)
    assert (within.earliest, within.duration) == (Duration(10), Duration(14))


@pytest.mark.rule("T5")
@pytest.mark.parametrize(
    ("toml", "path", "why"),
    [
        ("nonsense = 1", "nonsense", "unknown key"),
        ("[appeal]\nround = 1", "appeal.round", "unknown key"),
        ("[appeal]\nwindows = [{days = 3, form = 'notice'}]", "appeal.windows[0].form", "unknown key"),
        ("[appeal]\nrounds = 'two'", "appeal.rounds", "Expected `int`, got `str`"),
        ("[appeal]\nrounds = true", "appeal.rounds", "Expected `int`, got `bool`"),
        ("[appeal]\nrounds = 2.0", "appeal.rounds", "float"),
        ("[appeal]\nrounds = 0", "appeal.rounds", ">= 1"),
        ("[appeal]\nrounds = 101", "appeal.rounds", "<= 100"),
        ("appeal = 3", "appeal", "Expected `object`"),
        ("[appeal]\nwindows = []", "appeal.windows", "length >= 1"),
        ("[appeal]\nwindows = 3", "appeal.windows", "Expected `array`"),
        ("[appeal]\nwindows = [3]", "appeal.windows[0]", "Expected `object`"),
        ("[appeal]\nwindows = [{days = 0}]", "appeal.windows[0].days", ">= 1"),
        ("[appeal]\nwindows = [{days = 1000000000000000000000000000000}]", "appeal.windows[0].days", "at most 3660 days"),
        ("[appeal]\nwindows = [{days = 3661}]", "appeal.windows[0].days", "3660"),
        ("[appeal]\nwindows = [{days = 123, count = 'months'}]", "appeal.windows[0].days", "122 months"),
        ("[appeal]\nwindows = [{days = 3, count = 'weeks'}]", "appeal.windows[0].count", "weeks"),
        ("[appeal]\nwindows = [{days = 3, roll = 'back'}]", "appeal.windows[0].roll", "back"),
        ("[appeal]\nwindows = [{days = 3, from = 'lodging'}]", "appeal.windows[0].from", "lodging"),
        ("[appeal]\ndecide_within = []", "appeal.decide_within", "length >= 1"),
        ("[appeal]\ndecide_within = [{from_days = 6, days = 5}]", "appeal.decide_within[0].from_days", "which is 5"),
        ("[appeal]\ndecide_within = [{from_days = 0, days = 5}]", "appeal.decide_within[0].from_days", "from 1"),
        ("[appeal]\ndecide_within = [{days = 'five'}]", "appeal.decide_within[0].days", "Expected `int`"),
        ("[appeal]\nlapse_ends = 'all'", "appeal.lapse_ends", "all"),
        ("[complaint]\non_lapse = 'release'", "complaint.on_lapse", "release"),
        ("[complaint]\ntake_up_within = {days = 3661}", "complaint.take_up_within.days", "3660"),
        ("[vouchers]\nproduce_within = {days = 3661}", "vouchers.produce_within.days", "3660"),
        ("[review]\nrequest_within = {days = 3661}", "review.request_within.days", "3660"),
        ("[review]\nrequest_within = {days = 3, count = 'hours', roll = 'next_working_day'}", "review.request_within.roll", "do not roll"),
        ("[picture]\nsuffixes = ['gif']", "picture.suffixes[0]", "gif"),
        ("[picture]\nmin_side = 1000\nmax_pixels = 999999", "picture.max_pixels", "1000000 pixels"),
        ("[picture]\nmin_side = 1000\nmin_side_of = 'longer'\nmax_pixels = 999", "picture.max_pixels", "1000 pixels"),
        ("[misuse]\nrejected_appeals = {warn_at = 20}", "misuse.rejected_appeals.suspend_at", "a warning comes before"),
        ("calendar = 'China'", "calendar", "regex"),
        ("calendar = 'XX'", "calendar", "no calendar of XX"),
        ("time_zone = 'Asia/Peking'", "time_zone", "unknown time zone Asia/Peking"),
        ("name = ''", "name", "length >= 1"),
        ("version = ' 1'", "version", "without spaces"),
        ('name = "a\\u0000b"', "name", "printable"),
        ("effective_from = 2026-01-01T00:00:00", "effective_from", "timezone"),
        ("effective_from = 2026-01-01", "effective_from", "Expected `datetime`"),
        ("effective_from = 0001-01-01T00:00:00+08:00", "effective_from", "between the years"),
        ("effective_from = 1767225600", "effective_from", "Expected `datetime`, got `int`"),
        ("name = ", "", "not TOML"),
        ("[vouchers]\nproduce_within = {days = " + "9" * 5000 + "}", "", "not TOML"),
        ("x = " + "[" * 20_000 + "]" * 20_000, "", "nested too deeply"),
        ("a." * 1200 + "b = 1", "", "nested too deeply"),
        ("['a' . \"a\" ." + " a ." * 10_000 + " b]", "", "nested too deeply"),
        ("#" * (MAX_DOCUMENT + 1), "", "65536"),
    ],
)
def test_a_document_that_is_no_rulebook_is_refused_with_the_path_of_the_key(toml: str, path: str, why: str) -> None:
    with pytest.raises(RulebookInvalid) as refused:
        parse_toml(toml, known_zones(), known_countries())
    assert refused.value.path == path
    assert why in refused.value.why
    assert str(refused.value) == (f"{path}: {refused.value.why}" if path else refused.value.why)


@pytest.mark.rule("T5")
def test_a_rulebook_published_before_a_contradiction_was_looked_for_still_reads_the_same() -> None:
    document = {"picture": {"min_side": 8000}}
    assert parse_rulebook(document).picture.min_side == 8000
    with pytest.raises(RulebookInvalid) as refused:
        parse_rulebook(document, known_zones(), known_countries())
    assert refused.value.path == "picture.max_pixels"


@pytest.mark.rule("T5")
def test_in_json_an_instant_is_text_with_its_offset() -> None:
    assert parse_rulebook({"effective_from": "2026-03-01T08:00:00+08:00"}).effective_from == datetime(2026, 3, 1, tzinfo=UTC)
    for wrong in ("2026-03-01T08:00:00", "2026-03-01", "soon", 3, None, date(2026, 3, 1)):
        with pytest.raises(RulebookInvalid) as refused:
            parse_rulebook({"effective_from": wrong})
        assert refused.value.path == "effective_from"


def test_a_document_nested_beyond_reason_is_refused_without_being_followed() -> None:
    deep: dict[str, object] = {}
    for _ in range(100_000):
        deep = {"appeal": deep}
    with pytest.raises(RulebookInvalid, match="unknown key"):
        parse_rulebook(deep)


@pytest.mark.rule("G5")
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_rulebook_of_the_documentation_reads(file: Path) -> None:
    text = file.read_text("utf-8")
    rulebook = parse_toml(text, known_zones(), known_countries())
    assert text.startswith("#"), "its head names the source"
    assert "Source:" in text
    assert "pproximates" in text
    assert len(rulebook.appeal.windows) <= rulebook.appeal.rounds


@pytest.mark.rule("G5")
def test_the_known_rules_say_what_they_are_known_to_say() -> None:
    rules = {file.stem: parse_toml(file.read_text("utf-8")) for file in FILES}
    assert rules["original-protection"] == DEFAULT

    before, after = rules["marketplace-a-before-2022"].appeal, rules["marketplace-a-from-2022"].appeal
    assert before.windows == (WindowRule(3), WindowRule(30), WindowRule(30))
    assert [window.days for window in after.windows] == [3, 27, 27]
    assert (before.rounds, before.lapse_ends, after.rounds, after.lapse_ends) == (3, "round", 3, "round")
    assert rules["marketplace-a-from-2022"].effective_from == datetime(2022, 1, 19, 16, tzinfo=UTC)

    b = rules["marketplace-b"].appeal
    assert b.windows == (WindowRule(30, Count.CALENDAR), WindowRule(15, Count.CALENDAR, anchor="previous_decision"))

    for name, earliest, latest in (("marketplace-c", 10, 10), ("dmca-512g-min", 10, 10), ("dmca-512g-max", 10, 14)):
        american = rules[name]
        within = american.appeal.decide(1)
        assert (within.from_days, within.days, within.count, within.not_before) == (earliest, latest, Count.WORKING, True)
        assert (american.calendar, american.appeal.on_lapse) == ("US", "release")

    china = rules["e-commerce-law-art-43"].appeal
    assert (china.decide(1).duration, china.on_lapse) == (Duration(15, Count.CALENDAR, "next_working_day"), "release")
    assert rules["dsa-art-20"].appeal.window(1).duration == Duration(6, Count.MONTHS)
    removal = rules["us-take-it-down"]
    assert (removal.complaint.take_up_within, removal.complaint.on_lapse) == (Duration(48, Count.HOURS), "accept")
    assert (removal.calendar, removal.penalty.when) == ("US", "acceptance")
    europe, platforms = rules["dsa-art-20"].review, rules["china-platform-rules"]
    assert (europe.request_within, europe.decide_within) == (Duration(6, Count.MONTHS), Duration(30, Count.CALENDAR))
    assert (platforms.complaint.on_lapse, platforms.appeal.on_lapse, platforms.appeal.windows) == (
        "decline",
        "reject",
        DEFAULT.appeal.windows,
    )
    assert platforms.review.request_within == Duration(1, Count.MONTHS)
    video = rules["video-platform"].appeal
    assert [(video.decide(n).days, video.decide(n).count) for n in (1, 2)] == [(30, Count.CALENDAR), (7, Count.CALENDAR)]
    assert video.on_lapse == "release"
