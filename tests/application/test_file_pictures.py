"""Filing pictures and taking a filing back, on the real store (rules A3, B1 to B5, D5, H5)."""

from __future__ import annotations

import hashlib

import pytest

from adapters.store.opening import Stores
from application.acting import stream_of
from application.file_pictures import load_filing, status_of
from application.folders import create_folder
from application.index import AttemptsToday, FilingById, FilingRow, OthersDue
from application.members import change_entrance
from application.ports import Inspection, MatchResult
from application.refusals import Invalid, NotFound
from domain.entrance import EntrancePolicy
from domain.events.filing import Filed, PictureRefused
from domain.events.member import AttemptRefused
from domain.filing import FilingStatus
from domain.picture import Flaw
from domain.refusal import Refusal
from domain.rulebook import BUILT_IN
from tests.application.studio import Studio
from tests.application.world import START
from tests.fakes import VERSION, FakeMatcher, picture


class BlindMatcher(FakeMatcher):
    """Follows everything and recognises nothing."""

    def seek_originals(self, inspection: Inspection) -> MatchResult:
        return super().seek_originals(inspection)._replace(found=[])


@pytest.fixture
def studio(stores: Stores) -> Studio:
    return Studio(stores)


def codes(flaws: tuple[Flaw, ...]) -> list[str]:
    return [flaw.code for flaw in flaws]


@pytest.mark.rule("B5", "A3", "T1", "T5")
def test_a_certified_picture_is_evidence_of_who_when_and_what(studio: Studio) -> None:
    ann = studio.merchant("ann")
    content = picture("coat")
    told = studio.send(ann, ("Coat.JPG", content))
    ((name, filing),) = told.filings
    assert (name, told.folder, told.refused) == ("Coat.JPG", "spring", ())
    (recorded,) = studio.stream(filing.id)
    event = recorded.event
    assert isinstance(event, Filed)
    digest = hashlib.sha256(content).hexdigest()
    assert (event.owner, event.digest, event.size, event.format, event.width, event.height) == (
        ann.member_id, digest, len(content), "JPEG", 900, 800,
    )  # fmt: skip
    assert (event.matcher, event.declaration, event.fingerprint) == (VERSION, "1", content)
    assert studio.stores.sealer.open(event.name) == "Coat.JPG"
    assert (recorded.at, recorded.recorded_at, recorded.by, recorded.rules) == (START, START, ann.member_id, BUILT_IN.ref)
    assert (filing.filed_at, filing.status) == (START, FilingStatus.PROTECTED)
    assert studio.stores.store.ask(FilingById(filing.id)) == FilingRow(filing.id, ann.member_id, digest, "protected")


@pytest.mark.rule("B2", "F2")
def test_original_and_what_is_made_of_it_are_stored_and_the_picture_is_to_be_sought_among_listings(studio: Studio) -> None:
    content = picture("coat")
    filing_id = studio.file(studio.merchant("ann"), "coat")
    vault, digest = studio.stores.vault, hashlib.sha256(content).hexdigest()
    assert vault.get("original", digest) == content
    assert [vault.get(kind, digest) for kind in ("scaled", "thumbnail", "features")] == [
        b"scaled " + content,
        b"thumbnail " + content,
        b"features " + content,
    ]
    due = studio.stores.store.ask(OthersDue(START, 10))
    assert [(row.kind, row.subject, row.at) for row in due] == [("listing_matching", filing_id, START)]
    studio.settle()
    assert studio.stores.store.ask(OthersDue(START, 10)) == ()


@pytest.mark.rule("B2", "B3")
def test_a_picture_that_breaks_rules_is_refused_by_name_with_every_limit_and_measure_and_the_others_are_filed(studio: Studio) -> None:
    ann = studio.merchant("ann")
    told = studio.send(ann, ("coat.gif", picture("coat", shorter=699)), ("hat.png", picture("hat")), ("bad.jpg", b"no picture"))
    assert [one.name for one in told.filings] == ["hat.png"]
    assert [(one.name, codes(one.flaws), one.at) for one in told.refused] == [
        ("coat.gif", ["suffix_not_allowed", "too_small"], START),
        ("bad.jpg", ["unreadable"], START),
    ]
    assert told.refused[0].flaws[1] == Flaw("too_small", 700, 699)
    events = [recorded.event for recorded in studio.stream(stream_of("attempts", ann.member_id))]
    assert [event.refused_id for event in events if isinstance(event, PictureRefused)] == [one.refused_id for one in told.refused]
    row = studio.refused_row(told.refused[0].refused_id or "")
    assert (row.owner, row.rival, row.dispute_id) == (ann.member_id, None, None)
    assert not studio.stores.vault.has("original", row.digest)


@pytest.mark.rule("B4")
@pytest.mark.parametrize("part", [False, True])
def test_what_another_has_protected_is_not_original_and_only_the_staff_learn_whose_it_is(studio: Studio, part: bool) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    filing_id = studio.file(ann, "coat")
    for content in (picture("coat", "again", part=part), picture("coat", "again", part=part)):
        told = studio.send(bob, content)
        assert told.filings == ()
        (refused,) = told.refused
        assert refused.flaws == (Flaw("not_original"),)
        event = studio.last(stream_of("attempts", bob.member_id))
        assert isinstance(event, PictureRefused)
        assert event.match is not None
        assert (event.match.filing_id, event.match.seen.verdict, event.match.seen.whole) == (filing_id, "copy", not part)
        assert studio.refused_row(refused.refused_id or "").rival == filing_id
        assert studio.stores.vault.get("original", event.digest) == content  # kept for a dispute


@pytest.mark.rule("B4")
def test_the_same_bytes_are_a_copy_even_where_the_matcher_finds_nothing(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    filing_id = studio.file(ann, "coat")
    studio.watch_through(BlindMatcher(studio.stores.fingerprints))
    (mine,) = studio.send(ann, picture("coat")).refused
    assert mine.flaws == (Flaw("duplicate", filing_id=filing_id),)
    (theirs,) = studio.send(bob, picture("coat")).refused
    assert theirs.flaws == (Flaw("not_original"),)
    event = studio.last(stream_of("attempts", bob.member_id))
    assert isinstance(event, PictureRefused)
    assert event.match is not None
    assert event.match.seen.matcher == "sha-256"


@pytest.mark.rule("B4")
def test_ones_own_again_is_a_duplicate_of_the_first_and_a_crop_of_it_is_a_filing_of_its_own(studio: Studio) -> None:
    ann = studio.merchant("ann")
    first = studio.file(ann, "coat")
    for content in (picture("coat"), picture("coat", "recompressed")):
        (refused,) = studio.send(ann, content).refused
        assert refused.flaws == (Flaw("duplicate", filing_id=first),)
        assert studio.refused_row(refused.refused_id or "").rival is None
    assert studio.standing(studio.file(ann, "coat", part=True)) == "protected"


@pytest.mark.rule("B4")
def test_files_of_one_request_count_too(studio: Studio) -> None:
    ann = studio.merchant("ann")
    told = studio.send(
        ann,
        ("one.jpg", picture("coat")),
        ("same.jpg", picture("coat")),
        ("again.jpg", picture("coat", "recompressed")),
        ("crop.jpg", picture("coat", part=True)),
        ("other.jpg", picture("hat")),
    )
    assert [one.name for one in told.filings] == ["one.jpg", "crop.jpg", "other.jpg"]
    first = told.filings[0].filing.id
    assert [(one.name, one.flaws) for one in told.refused] == [
        ("same.jpg", (Flaw("duplicate", filing_id=first),)),
        ("again.jpg", (Flaw("duplicate", filing_id=first),)),
    ]


@pytest.mark.rule("B4")
def test_a_suspicion_bars_nothing_and_is_recorded_for_the_desk(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    filing_id = studio.file(ann, "coat")
    ((_, filing),) = studio.send(bob, picture("coat~2")).filings
    assert [(one.filing_id, one.seen.verdict, one.seen.digest) for one in filing.suspicions] == [(filing_id, "suspicion", filing.digest)]
    ((_, own),) = studio.send(ann, picture("coat~3")).filings
    assert [one.filing_id for one in own.suspicions] == [filing.id]


@pytest.mark.rule("B4")
def test_withdrawn_filings_bar_nobody(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    studio.delete(ann, studio.file(ann, "coat"))
    studio.file(bob, "coat")
    (refused,) = studio.send(ann, picture("coat")).refused
    assert codes(refused.flaws) == ["not_original"]


@pytest.mark.rule("B1", "A1", "A3", "H5")
def test_the_folder_comes_first_then_the_right_to_file_then_the_limit(studio: Studio) -> None:
    ann = studio.stores.identities.enrol("ann", "ann-nick", ("apparel",))
    many = [picture(f"scene {number}") for number in range(51)]
    before = studio.stores.store.log_head()
    with pytest.raises(NotFound) as missing:
        studio.send(ann, *many)
    assert missing.value.code == "unknown_folder"
    assert studio.stores.store.log_head() == before
    studio.merchant("bob")
    studio.act("folder", ann.member_id, lambda act: create_folder(act, ann, "spring"))
    with pytest.raises(Refusal, match="declaration_missing"):
        studio.send(ann, *many)
    studio.member("ann")
    with pytest.raises(Refusal, match="too_many_files") as refused:
        studio.send(ann, *many)
    assert refused.value.facts == {"limit": 50, "measured": 51}
    with pytest.raises(Invalid):
        studio.send(ann)
    assert studio.inspector.inspected == 0
    assert len(studio.send(ann, *many[:50]).filings) == 50
    studio.act("entrance", "root", lambda act: change_entrance(act, EntrancePolicy(categories=())))
    with pytest.raises(Refusal, match="entrance_closed"):
        studio.send(ann, picture("hat"))


@pytest.mark.rule("D5", "B3")
def test_beyond_the_rulebooks_number_a_day_refused_pictures_are_counted_and_not_stored(studio: Studio) -> None:
    ann = studio.merchant("ann")
    told = studio.send(ann, *((f"{number}.gif", picture(f"scene {number}")) for number in range(23)))
    assert [one.refused_id is None for one in told.refused] == [False] * 20 + [True] * 3
    assert codes(told.refused[22].flaws) == ["suffix_not_allowed"]
    attempts = stream_of("attempts", ann.member_id)
    assert len(studio.stream(attempts)) == 20
    day = AttemptsToday(ann.member_id, "2026-03-02")
    assert studio.stores.store.ask(day) == 23
    studio.send(ann, ("again.gif", picture("again")))
    assert (studio.stores.store.ask(day), len(studio.stream(attempts))) == (24, 20)
    studio.go("2026-03-03 09:00")
    assert studio.send(ann, ("next.gif", picture("next"))).refused[0].refused_id is not None


@pytest.mark.rule("B4")
def test_a_barred_picture_that_was_only_counted_is_not_kept(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    studio.file(ann, "coat")
    studio.send(bob, *((f"{number}.gif", picture(f"scene {number}")) for number in range(20)))
    (refused,) = studio.send(bob, picture("coat", "stolen")).refused
    assert (refused.refused_id, codes(refused.flaws)) == (None, ["not_original"])
    assert not studio.stores.vault.has("original", hashlib.sha256(picture("coat", "stolen")).hexdigest())


@pytest.mark.rule("C1", "D5")
def test_a_filing_is_taken_back_unless_an_open_case_rests_on_it(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    filing_id = studio.file(ann, "coat")
    (case,) = studio.lodge(ann, filing_id, studio.listing(bob, "1")).cases
    with pytest.raises(Refusal, match="filing_in_use"):
        studio.delete(ann, filing_id)
    event = studio.last(stream_of("attempts", ann.member_id))
    assert isinstance(event, AttemptRefused)
    assert (event.code, event.facts) == ("filing_in_use", {"filing_id": filing_id})
    accepted = studio.accept(case.id)
    assert accepted.window is not None
    studio.go(accepted.window.closes.closes_at)  # the case is final from here on, though nobody has written that down
    studio.delete(ann, filing_id)
    assert studio.names(case.id)[-2:] == ["WindowClosed", "Finalized"]
    assert studio.standing(filing_id) == "withdrawn"
    with pytest.raises(Refusal, match="filing_not_protected"):
        studio.delete(ann, filing_id)
    with pytest.raises(NotFound):
        studio.delete(bob, filing_id)
    with pytest.raises(NotFound):
        studio.delete(ann, "no-such-filing")


def test_an_unknown_filing_is_not_found_and_a_lost_one_reads_as_cancelled(studio: Studio) -> None:
    with pytest.raises(NotFound):
        studio.act("look", "desk-1", lambda act: load_filing(act, "no-such-filing"))
    row = FilingRow("f", "o", "d", "lost")
    assert [status_of(row), status_of(row._replace(standing="withdrawn"))] == [FilingStatus.CANCELLED, FilingStatus.WITHDRAWN]
