"""Sightings and warnings (rule F2), under the leave that owners give (rule F1) and without telling of whom (rule C5)."""

from __future__ import annotations

import hashlib
from threading import Barrier, Thread
from typing import Literal

import pytest

from adapters.store.opening import Stores
from application.acting import Act, stream_of
from application.cases import last_sighting
from application.file_pictures import delete_filing
from application.index import ListingById, PutDue, PutFiling, PutThing, ThingsAbout
from application.matching import FilingMatching, match_listing
from application.refusals import NotFound
from application.watch_listings import complain_from_sighting, filing_fell, sighting_of
from domain.case.events import NoticeServed
from domain.events import Happened
from domain.events.filing import FilingCancelled, FilingReinstated
from domain.events.listing import SightingMade
from domain.refusal import Refusal
from tests.application.market import MARKET, Market, link_of
from tests.fakes import FakeMatcher, picture

COAT = picture("coat")
STOLEN = picture("coat", "recompressed")
CROPPED = picture("coat", "cropped", part=True)


@pytest.fixture
def market(stores: Stores) -> Market:
    return Market(stores)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@pytest.mark.rule("F2")
def test_a_listing_that_shows_a_filed_picture_is_sighted_and_its_seller_warned(market: Market) -> None:
    alice, mallory = market.member("alice"), market.member("mallory")
    (filing,) = market.file(alice, "coat")
    market.feed("L1", mallory)
    market.show("L1", picture("hat"), CROPPED)
    (seen,) = market.sightings(filing, "L1")
    assert (seen.owner, seen.seller, seen.link, seen.status) == (alice.member_id, mallory.member_id, link_of("L1"), "new")
    assert (seen.seen.digest, seen.seen.verdict, seen.seen.whole) == (digest(CROPPED), "copy", False)
    assert market.stream(seen.id)[0].by == "clock"
    (warned,) = market.warnings()
    assert (warned.seller, warned.listing_id, warned.link) == (mallory.member_id, "L1", link_of("L1"))


@pytest.mark.rule("C5", "F2")
def test_the_warning_tells_the_seller_nothing_of_the_owner(market: Market) -> None:
    alice, mallory = market.member("alice"), market.member("mallory")
    (filing,) = market.file(alice, "coat")
    market.feed("L1", mallory)
    market.show("L1", STOLEN)
    (recorded,) = market.stream(stream_of("warning", f"L1/{mallory.member_id}"))
    told = f"{recorded.event!r} {recorded.by} {recorded.originator_id}"
    (seen,) = market.sightings(filing, "L1")
    assert not any(secret in told for secret in (alice.member_id, filing, seen.id, digest(COAT), digest(STOLEN)))


@pytest.mark.rule("F2")
def test_a_pair_is_sighted_once_and_a_listing_warned_of_once(market: Market) -> None:
    alice, mallory = market.member("alice"), market.member("mallory")
    coat, hat = market.file(alice, "coat", "hat")
    market.feed("L1", mallory)
    market.show("L1", STOLEN)
    market.show("L1", STOLEN, CROPPED, picture("hat", "again"))
    assert (market.statuses(coat, "L1"), market.statuses(hat, "L1")) == (["new"], ["new"])
    assert len(market.warnings()) == 1


@pytest.mark.rule("F2")
def test_a_mere_suspicion_and_a_strange_picture_are_no_sightings(market: Market) -> None:
    (filing,) = market.file(market.member("alice"), "coat")
    market.feed("L1", market.member("mallory"))
    market.show("L1", picture("coat~2"), picture("hat"))
    assert (market.statuses(filing, "L1"), market.warnings()) == ([], [])


@pytest.mark.rule("F2")
def test_the_owners_own_listing_is_no_sighting(market: Market) -> None:
    alice = market.member("alice")
    (filing,) = market.file(alice, "coat")
    market.feed("L1", alice)
    market.show("L1", COAT)
    assert (market.statuses(filing, "L1"), market.warnings()) == ([], [])


@pytest.mark.rule("F2", "B4")
def test_only_a_protected_filing_is_watched_for(market: Market) -> None:
    alice = market.member("alice")
    (filing,) = market.file(alice, "coat")
    market.act("deletion", alice.member_id, lambda act: delete_filing(act, alice, filing))
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN)
    market.settle()
    assert market.statuses(filing, "L1") == []


@pytest.mark.rule("F1", "F2")
def test_an_authorised_seller_gets_no_warning_and_the_owner_no_reminder(market: Market) -> None:
    alice, fred = market.member("alice"), market.member("fred")
    (filing,) = market.file(alice, "coat")
    market.grant(alice, fred, [filing])
    market.feed("L1", fred)
    market.show("L1", STOLEN)
    assert (market.statuses(filing, "L1"), market.warnings()) == (["authorised"], [])


@pytest.mark.rule("F2")
def test_a_sighting_is_gone_with_its_picture_and_a_new_one_when_that_is_shown_again(market: Market) -> None:
    (filing,) = market.file(market.member("alice"), "coat")
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN, picture("hat"))
    market.show("L1", picture("hat"))
    assert market.statuses(filing, "L1") == ["gone"]
    market.show("L1", STOLEN)
    assert market.statuses(filing, "L1") == ["gone", "new"]
    assert len(market.warnings()) == 1


@pytest.mark.rule("F2")
def test_another_copy_that_stays_is_seen_when_the_one_sighted_goes(market: Market) -> None:
    (filing,) = market.file(market.member("alice"), "coat")
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN, CROPPED)
    market.show("L1", CROPPED)
    assert [(s.status.value, s.seen.digest) for s in market.sightings(filing, "L1")] == [("gone", digest(STOLEN)), ("new", digest(CROPPED))]


@pytest.mark.rule("F2")
def test_a_newly_certified_picture_is_sought_among_the_listings_known(market: Market) -> None:
    mallory, fred = market.member("mallory"), market.member("fred")
    for key, seller in (("L1", mallory), ("L2", fred), ("L3", fred)):
        market.feed(key, seller)
    market.show("L1", CROPPED, STOLEN)
    market.show("L2", STOLEN)
    market.show("L3", picture("coat~2"))
    (filing,) = market.file(market.member("alice"), "coat")
    assert market.statuses(filing, "L1") == []
    assert market.settle() == 1
    assert [market.statuses(filing, key) for key in ("L1", "L2", "L3")] == [["new"], ["new"], []]
    assert market.sightings(filing, "L1")[0].seen.digest == digest(STOLEN)
    assert {warned.seller for warned in market.warnings()} == {mallory.member_id, fred.member_id}
    assert (market.settle(), len(market.warnings())) == (0, 2)


@pytest.mark.rule("F2")
def test_nothing_is_sought_where_no_listing_has_a_picture_or_none_is_alike(market: Market) -> None:
    matcher = market.platform.matcher
    assert isinstance(matcher, FakeMatcher)
    alice = market.member("alice")
    market.file(alice, "coat")
    sought = matcher.sought
    assert (market.settle(), matcher.sought) == (1, sought)
    market.feed("L1", market.member("mallory"))
    market.show("L1", picture("hat"))
    (filing,) = market.file(alice, "scarf")
    assert (market.settle(), market.statuses(filing, "L1")) == (1, [])


@pytest.mark.rule("F2")
def test_what_one_act_sees_twice_is_one_sighting_and_one_warning(market: Market) -> None:
    mallory, fred = market.member("mallory"), market.member("fred")
    market.feed("L1", mallory)
    market.show("L1", STOLEN, picture("hat", "again"))
    coat, hat = market.file(market.member("alice"), "coat", "hat")
    market.feed("L1", fred)
    assert market.settle() == 3
    assert (market.statuses(coat, "L1"), market.statuses(hat, "L1")) == (["new"], ["new"])
    assert [warned.seller for warned in market.warnings()] == [fred.member_id]


@pytest.mark.rule("F2")
def test_a_listing_that_changes_hands_is_seen_anew_with_its_new_seller_in_mind(market: Market) -> None:
    alice, bob, mallory = market.member("alice"), market.member("bob"), market.member("mallory")
    (coat,) = market.file(alice, "coat")
    (hat,) = market.file(bob, "hat")
    market.feed("L1", alice)
    market.show("L1", COAT, picture("hat", "again"))
    assert (market.statuses(coat, "L1"), market.statuses(hat, "L1")) == ([], ["new"])
    market.feed("L1", mallory)
    market.settle()
    assert (market.statuses(coat, "L1"), market.statuses(hat, "L1")) == (["new"], ["gone", "new"])
    assert [warned.seller for warned in market.warnings()] == [alice.member_id, mallory.member_id]


@pytest.mark.rule("F2")
def test_a_listing_with_unreadable_or_lost_pictures_changes_hands_in_peace(market: Market) -> None:
    market.feed("L1", market.member("mallory"))
    market.show("L1", b"not a picture", STOLEN)
    market.feed("L1", market.member("fred"))
    assert market.settle() == 1
    (filing,) = market.file(market.member("alice"), "coat")
    market.settle()
    assert market.statuses(filing, "L1") == ["new"]
    (damaged,) = market.stores.vault.root.glob(f"original/*/{digest(STOLEN)}")
    damaged.write_bytes(b"damaged")
    market.feed("L1", market.member("gil"))
    assert market.settle() == 1
    assert market.statuses(filing, "L1") == ["gone"]


@pytest.mark.rule("F2")
def test_a_filed_picture_that_can_no_longer_be_read_stops_nobody(market: Market) -> None:
    alice = market.member("alice")
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN)
    (filing,) = market.file(alice, "coat")
    market.stores.vault.remove("original", digest(COAT))
    odd = market.filing(alice, "never reviewed")
    market.act("due", "clock", lambda act: act.note(PutDue("listing_matching", odd, act.now), PutDue("seller_changed", "L9", act.now)))
    assert market.settle() == 3
    assert (market.statuses(filing, "L1"), market.settle()) == ([], 0)
    for look, subject in ((FilingMatching(), "no filing"), (match_listing, "no listing")):
        market.act("settle", "clock", lambda act, look=look, subject=subject: look(act, subject))  # type: ignore[misc]


@pytest.mark.rule("F2", "T2")
def test_filings_that_wait_are_sought_once_and_together_before_the_act_that_counts(market: Market) -> None:
    matcher, store = market.platform.matcher, market.stores.store
    assert isinstance(matcher, FakeMatcher)
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN, picture("hat", "again"))
    filings = market.file(market.member("alice"), "coat", "hat", "scarf")
    sought, before = matcher.sought, store.log_head()
    assert market.settle() == 3
    assert matcher.sought - sought == 3
    assert [market.statuses(filing, "L1") for filing in filings] == [["new"], ["new"], []]
    assert len({recorded.command for _, recorded in store.read_log(before, 100)}) == 1


@pytest.mark.rule("F2")
def test_what_was_sought_is_kept_for_so_many_filings_and_no_more(market: Market) -> None:
    matcher = market.platform.matcher
    assert isinstance(matcher, FakeMatcher)
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN)
    matching = FilingMatching(keeps=1)
    coat, hat = market.file(market.member("alice"), "coat", "hat")
    market.settle()
    sought = matcher.sought
    for filing in (coat, coat, hat, coat):
        market.act("settle", "clock", lambda act, filing=filing: matching(act, filing))  # type: ignore[misc]
    assert matcher.sought - sought == 3


@pytest.mark.rule("F2")
def test_one_more_filing_does_not_make_those_that_wait_be_sought_again(market: Market) -> None:
    matcher, alice = market.platform.matcher, market.member("alice")
    assert isinstance(matcher, FakeMatcher)
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN)
    matching = FilingMatching()
    for scenes, more in ((("coat", "hat"), 2), (("scarf",), 1)):
        filings = market.file(alice, *scenes)
        sought = matcher.sought
        market.act("settle", "clock", lambda act, first=filings[0]: matching(act, first))  # type: ignore[misc]
        assert matcher.sought - sought == more


@pytest.mark.rule("F2")
def test_a_filing_protected_again_is_sought_again(market: Market) -> None:
    alice = market.member("alice")
    (filing,) = market.file(alice, "coat")
    market.settle()

    def stand(standing: Literal["protected", "cancelled"], event: FilingCancelled | FilingReinstated) -> None:
        def write(act: Act) -> None:
            act.load(filing)
            act.append(filing, [Happened(act.now, event, "clock")])
            act.note(PutFiling(filing, alice.member_id, digest(COAT), standing), PutDue("listing_matching", filing, act.now))

        market.act("cascade", "clock", write)

    stand("cancelled", FilingCancelled("finding"))
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN)
    assert (market.settle(), market.statuses(filing, "L1")) == (1, [])
    stand("protected", FilingReinstated())
    assert (market.settle(), market.statuses(filing, "L1")) == (1, ["new"])


@pytest.mark.rule("F2", "T2")
def test_whichever_comes_first_the_filing_or_the_feed_a_pair_is_sighted_once(market: Market) -> None:
    alice, mallory = market.member("alice"), market.member("mallory")
    market.file(alice, "first of all")
    for number in range(8):
        scene, key = f"scene-{number}", f"L{number}"
        market.feed(key, mallory)
        ready, filed = Barrier(3), list[str]()

        def file(scene: str = scene, ready: Barrier = ready, filed: list[str] = filed) -> None:
            ready.wait()
            filed.extend(market.file(alice, scene))

        def show(scene: str = scene, key: str = key, ready: Barrier = ready) -> None:
            ready.wait()
            market.show(key, picture(scene, "copied"))

        def settle(ready: Barrier = ready) -> None:
            ready.wait()
            market.settle()

        threads = [Thread(target=work) for work in (file, show, settle)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        market.settle()
        assert market.statuses(filed[0], key) == ["new"]
    assert len(market.warnings()) == 8


@pytest.mark.rule("F2")
def test_a_filing_that_is_no_picture_any_more_finds_nothing(market: Market) -> None:
    alice = market.member("alice")
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN)
    broken = b"no picture"
    market.stores.vault.put("original", digest(broken), broken)
    odd = market.filing(alice, "odd")
    market.act("repair", "clock", lambda act: act.note(PutFiling(odd, alice.member_id, digest(broken), "protected")))
    matching = FilingMatching()
    market.act("settle", "clock", lambda act: matching(act, odd))
    assert market.statuses(odd, "L1") == []


@pytest.mark.rule("F2", "C1")
def test_the_owner_complains_from_a_sighting_in_one_step(market: Market) -> None:
    alice, mallory = market.member("alice"), market.member("mallory")
    (filing,) = market.file(alice, "coat")
    market.feed("L1", mallory)
    market.show("L1", STOLEN)
    market.feed("L1", mallory, link="https://shop.example/moved")
    (seen,) = market.sightings(filing, "L1")
    lodged = market.complain_from(alice, seen.id)
    (case,) = lodged.cases
    assert (case.link, case.listing_id, case.respondent, case.sighting_id) == (
        "https://shop.example/moved",
        "L1",
        mallory.member_id,
        seen.id,
    )
    (after,) = market.sightings(filing, "L1")
    assert (after.status, after.complaint_id) == ("complained", case.id)
    assert market.stream(seen.id)[-1].by == alice.member_id
    assert [one.code for one in market.complain_from(alice, seen.id).refused] == ["case_open"]
    market.show("L1", picture("hat"))
    assert market.statuses(filing, "L1") == ["complained"]


@pytest.mark.rule("F2", "C1")
def test_complaining_by_the_link_of_what_was_seen_answers_the_sighting_too(market: Market) -> None:
    alice, mallory = market.member("alice"), market.member("mallory")
    filing_id = market.file(alice, "coat")[0]
    for key in ("L1", "L2"):
        market.feed(key, mallory)
        market.show(key, picture("coat", "stolen"))
    case = market.lodge(alice, filing_id, link_of("L1")).cases[0]
    (seen,) = market.sightings(filing_id, "L1")
    assert (seen.status.value, seen.complaint_id, case.sighting_id) == ("complained", case.id, seen.id)
    assert market.statuses(filing_id, "L2") == ["new"]


@pytest.mark.rule("F2", "C4")
def test_the_notice_shows_the_picture_in_which_the_original_was_seen(market: Market) -> None:
    alice = market.member("alice")
    (filing,) = market.file(alice, "coat")
    market.feed("L1", market.member("mallory"))
    market.show("L1", picture("hat"), CROPPED)
    (seen,) = market.sightings(filing, "L1")
    accepted = market.accept(market.complain_from(alice, seen.id).cases[0].id)
    (notice,) = [r.event for r in market.stream(accepted.id) if type(r.event).__name__ == "NoticeServed"]
    assert (notice.picture, notice.region) == (digest(CROPPED), (0.25, 0.25, 0.75, 0.75))  # type: ignore[union-attr]


@pytest.mark.rule("F2")
def test_a_case_tells_what_was_seen_last_of_it_whatever_became_of_that(market: Market) -> None:
    alice = market.member("alice")
    (filing,) = market.file(alice, "coat")
    market.feed("L1", market.member("mallory"))
    case = market.lodge(alice, filing, link_of("L1")).cases[0]
    assert last_sighting(market.stores.store, case) is None
    market.show("L1", STOLEN)
    market.show("L1", CROPPED)
    market.show("L1", picture("hat"))
    assert last_sighting(market.stores.store, case) == market.sightings(filing, "L1")[-1]
    assert market.statuses(filing, "L1") == ["gone", "gone"]


@pytest.mark.rule("T2")
def test_what_a_try_has_read_stays_as_it_was_and_what_came_since_is_for_the_next(market: Market) -> None:
    mallory, stream, read = market.member("mallory"), stream_of("listing", "L1"), list[tuple[int, int, str]]()
    market.feed("L1", mallory)

    def looking(act: Act) -> None:
        before = len(act.load(stream)), act.ask(ListingById("L1"))
        if not read:
            market.feed("L1", mallory, link="https://shop.example/moved")
        after = len(act.load(stream)), act.ask(ListingById("L1"))
        assert before == after
        assert after[1] is not None
        read.append((before[0], after[0], after[1].canonical))
        act.note(PutDue("looked", "L1", None))

    market.act("looking", MARKET, looking)
    assert read == [(1, 1, link_of("L1")), (2, 2, "https://shop.example/moved")]


@pytest.mark.rule("F2", "C4")
def test_a_notice_shows_the_first_picture_that_can_be_shown_and_none_where_none_can(market: Market) -> None:
    alice = market.member("alice")
    (filing,) = market.file(alice, "coat")
    shown = []
    for key, pictures in (("L1", [b"\xff\xd8 not a picture", picture("hat")]), ("L2", [b"\xff\xd8 not a picture"]), ("L3", [])):
        market.feed(key, market.member("mallory"))
        market.show(key, *pictures)
        accepted = market.accept(market.lodge(alice, filing, link_of(key)).cases[0].id)
        shown += [r.event.picture for r in market.stream(accepted.id) if isinstance(r.event, NoticeServed)]
    assert shown == [digest(picture("hat")), None, None]


@pytest.mark.rule("F2")
def test_anothers_sighting_is_not_found(market: Market) -> None:
    alice, mallory = market.member("alice"), market.member("mallory")
    (filing,) = market.file(alice, "coat")
    market.feed("L1", mallory)
    market.show("L1", STOLEN)
    (seen,) = market.sightings(filing, "L1")
    market.act("odd", "clock", lambda act: act.note(PutThing("sighting", "ghost", alice.member_id, "nothing")))
    for stranger, sighting_id in ((mallory, seen.id), (alice, "nothing"), (alice, "ghost")):
        with pytest.raises(NotFound):
            market.complain_from(stranger, sighting_id)
    assert market.act("look", alice.member_id, lambda act: sighting_of(act, alice, seen.id)) == seen


@pytest.mark.rule("F2", "C1")
def test_a_sighting_whose_link_now_leads_elsewhere_makes_no_case_against_the_wrong_listing(market: Market) -> None:
    alice = market.member("alice")
    (filing,) = market.file(alice, "coat")
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN)
    market.feed("L2", market.member("fred"), link=link_of("L1"))
    (seen,) = market.sightings(filing, "L1")
    lodged = market.complain_from(alice, seen.id)
    assert (lodged.cases, [one.code for one in lodged.refused]) == ((), ["unknown_listing"])
    assert market.names(stream_of("attempts", alice.member_id)) == ["AttemptRefused"]
    assert market.statuses(filing, "L1") == ["new"]


@pytest.mark.rule("F2")
def test_a_filing_that_falls_ends_its_sightings_but_not_what_was_complained_of(market: Market) -> None:
    alice = market.member("alice")
    (filing,) = market.file(alice, "coat")
    for key in ("L1", "L2"):
        market.feed(key, market.member("mallory"))
        market.show(key, STOLEN)
    market.complain_from(alice, market.sightings(filing, "L2")[0].id)
    market.act("fall", "clock", lambda act: filing_fell(act, filing))
    assert (market.statuses(filing, "L1"), market.statuses(filing, "L2")) == (["gone"], ["complained"])


@pytest.mark.rule("F2", "A1")
def test_complaining_from_a_sighting_obeys_every_rule_of_complaining(market: Market) -> None:
    alice = market.member("alice")
    (filing,) = market.file(alice, "coat")
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN)
    (seen,) = market.sightings(filing, "L1")
    with pytest.raises(Refusal) as caught:
        market.act("lodging", alice.member_id, lambda act: complain_from_sighting(act, alice, seen.id, "x" * 5001))
    assert caught.value.code == "text_too_long"
    market.act("deletion", alice.member_id, lambda act: delete_filing(act, alice, filing))
    with pytest.raises(Refusal) as caught:
        market.complain_from(alice, seen.id)
    assert caught.value.code == "filing_not_protected"


@pytest.mark.rule("F2")
def test_sightings_are_recorded_by_the_clock_under_the_feeds_own_command(market: Market) -> None:
    (filing,) = market.file(market.member("alice"), "coat")
    market.feed("L1", market.member("mallory"))
    market.show("L1", STOLEN)
    (thing,) = market.stores.store.ask(ThingsAbout("sighting", f"{filing}/L1"))
    (made,) = market.stream(thing.thing_id)
    fed = market.stream(stream_of("listing", "L1"))[-1]
    assert isinstance(made.event, SightingMade)
    assert (made.command, made.by, fed.by) == (fed.command, "clock", MARKET)
