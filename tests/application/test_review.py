"""The review of pictures under races: made once a command, never overtaken, and of two copies one is filed (rules B4, T2)."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from msgspec.structs import replace

from adapters.store.opening import Stores
from application.acting import Act, Busy, Command, Conflict
from application.file_pictures import FiledPictures, file_pictures
from application.patience import TooBusy
from application.ports import Identity, Inspection, MatchResult, Upload
from application.review import Review, keep_picture
from domain.picture import Flaw
from domain.rulebook import DEFAULT, PictureRules
from tests.application.studio import Studio
from tests.fakes import FakeMatcher, picture

COAT = Upload("coat.jpg", picture("coat"))


@pytest.fixture
def studio(stores: Stores) -> Studio:
    return Studio(stores)


class Meddled(FakeMatcher):
    """Lets something happen while it has sought and not yet answered, once."""

    def __init__(self, studio: Studio, meanwhile: Callable[[], object]) -> None:
        super().__init__(studio.stores.fingerprints)
        self._meanwhile: list[Callable[[], object]] = [meanwhile]

    def seek_originals(self, inspection: Inspection) -> MatchResult:
        sought = super().seek_originals(inspection)
        if self._meanwhile:
            self._meanwhile.pop()()
        return sought


class Asleep(FakeMatcher):
    """Never sees anything new."""

    def seek_originals(self, inspection: Inspection) -> MatchResult:
        return MatchResult([], 0)

    def seek_originals_since(self, inspections: object, after: int) -> list[MatchResult]:
        return [MatchResult([], after)]


def file_while(studio: Studio, member: Identity, meanwhile: Callable[[], object]) -> FiledPictures:
    """File a coat; `meanwhile` happens once, after the decision and before it is saved."""
    review, pending = Review(), [meanwhile]

    def decide(act: Act) -> FiledPictures:
        filed = file_pictures(act, member, "spring", [COAT], review)
        if pending:
            pending.pop()()
        return filed

    return studio.act("filing", member.member_id, decide)


@pytest.mark.rule("B4")
def test_a_copy_filed_while_the_matcher_sought_is_found(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    studio.watch_through(Meddled(studio, lambda: studio.file(bob, "coat", "stolen")))
    (refused,) = studio.send(ann, COAT.content).refused
    assert refused.flaws == (Flaw("not_original"),)


@pytest.mark.rule("B4")
def test_a_copy_filed_between_decision_and_saving_is_found_and_nothing_is_reviewed_twice(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    told = file_while(studio, ann, lambda: studio.file(bob, "coat", "stolen"))
    assert (told.filings, told.refused[0].flaws) == ((), (Flaw("not_original"),))
    assert studio.inspector.inspected == 2  # one of each member's files


@pytest.mark.rule("B4", "T2")
def test_the_same_bytes_filed_by_both_at_once_are_filed_by_one(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    told = file_while(studio, ann, lambda: studio.send(bob, COAT.content))
    assert told.refused[0].flaws == (Flaw("not_original"),)


@pytest.mark.rule("B4")
def test_something_else_filed_in_the_meantime_hinders_nobody(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    told = file_while(studio, ann, lambda: studio.file(bob, "hat"))
    assert [one.name for one in told.filings] == ["coat.jpg"]
    assert studio.inspector.inspected == 2


@pytest.mark.rule("T2")
def test_a_picture_is_filed_at_the_instant_after_its_review_not_before(studio: Studio) -> None:
    ann = studio.merchant("ann")
    studio.watch_through(Meddled(studio, lambda: studio.go("2026-03-02 10:00")))
    ((_, filing),) = studio.send(ann, COAT.content).filings
    assert filing.filed_at == studio.clock.now()


@pytest.mark.rule("B4")
def test_of_many_who_file_copies_at_once_one_succeeds(studio: Studio) -> None:
    merchants = [studio.merchant(f"merchant {number}") for number in range(6)]

    def send(number: int) -> FiledPictures:
        return studio.send(merchants[number], picture("coat", f"edition {number}"))

    with ThreadPoolExecutor(6) as threads:
        told = list(threads.map(send, range(6)))
    assert sum(len(one.filings) for one in told) == 1
    assert {flaw.code for one in told for refused in one.refused for flaw in refused.flaws} == {"not_original"}


@pytest.mark.rule("B2")
def test_a_machine_too_busy_to_look_gives_up_and_records_nothing(studio: Studio) -> None:
    class Over:
        def left(self) -> float:
            return 0.0

    ann, head = studio.merchant("ann"), studio.platform.store.head()
    with pytest.raises(TooBusy):
        studio.act("filing", ann.member_id, lambda act: file_pictures(act, ann, "spring", [COAT], Review(Over())))
    assert studio.platform.store.head() == head


def test_a_matcher_that_does_not_follow_lets_nothing_be_filed(studio: Studio) -> None:
    ann, bob = studio.merchant("ann"), studio.merchant("bob")
    studio.file(bob, "hat")
    studio.watch_through(Asleep(studio.stores.fingerprints))
    with pytest.raises(Busy):
        studio.send(ann, COAT.content)


@pytest.mark.rule("T5")
def test_other_rules_in_force_at_the_next_try_are_reviewed_under(studio: Studio) -> None:
    review = Review()
    strict = PictureRules(min_side=801)

    def under(rules: PictureRules) -> list[list[str]]:
        def look(act: Act) -> list[list[str]]:
            return [[flaw.code for flaw in one.inspection.flaws] for one in review.of(act, [COAT], rules)]

        return studio.act("filing", "ann", look)

    assert under(DEFAULT.picture) == [[]]
    assert under(strict) == [["too_small"]]
    act = Act(studio.platform, Command("filing", "ann"), "c", studio.platform.store.begin(None))
    with pytest.raises(Conflict):
        review.of(act, [COAT._replace(name="coat.gif")], strict)


@pytest.mark.rule("B2")
def test_what_was_not_made_of_a_picture_is_not_stored(studio: Studio) -> None:
    told = replace(studio.inspector.inspect_filing(*COAT, DEFAULT.picture), features=None)
    keep_picture(studio.platform, COAT.content, told)
    assert [studio.stores.vault.has(kind, told.digest) for kind in ("original", "scaled", "features")] == [True, True, False]
