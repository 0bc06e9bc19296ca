"""Which figure an event adds to."""

from __future__ import annotations

import pytest

from adapters.store.opening import Stores
from application.figures import NAMES, names_beside_cases, names_of_case
from application.tally import Period
from application.transparency import report
from domain.case.folding import begin, evolve
from domain.case.state import Case
from domain.events import Sealed
from domain.events import filing as of_filing
from domain.events import listing as of_listing
from domain.events import member as of_member
from domain.events.base import Seen
from domain.recorded import AnyEvent
from tests.application.studio import Studio
from tests.domain.tale import Tale, instant, law

SEEN = Seen("d", "copy", 0.9, (0, 0, 1, 1), (0, 0, 1, 1), False, 0.0, 1.0, 1.0, True, "fake/1")
AT = instant("2026-03-02 09:00")
FILED = of_filing.Filed("ann", "folder", Sealed("n"), "d", 1, "JPEG", 900, 800, b"", "fake/1", "1")
REFUSED = of_filing.PictureRefused("r", "ann", "folder", Sealed("n"), "d", ())


@pytest.mark.parametrize(
    ("event", "names"),
    [
        (FILED, ["filings.filed"]),
        (REFUSED, ["filings.refused_pictures"]),
        (of_filing.DisputeOpened("r", "ann", "f", Sealed("s")), ["filings.disputes_opened"]),
        (of_filing.DisputeDecided("upheld", ("why",), "ann", "f"), ["filings.disputes_upheld"]),
        (of_listing.SightingMade("f", "ann", "L1", "link", "eve", SEEN), ["sightings.made"]),
        (of_listing.SightingComplained("c"), ["sightings.complained_of"]),
        (of_listing.SellerWarned("eve", "L1", "link"), ["sightings.sellers_warned"]),
        (of_member.MisuseWarned("ann", "declined_complaints", 10, 20), ["misuse.warnings"]),
        (
            of_member.MemberSuspended("ann", "declined_complaints", "complaints", 20, AT),
            ["misuse.suspensions_of_complaints"],
        ),
        (of_member.SuspensionLifted("complaints", ("why",)), ["misuse.suspensions_lifted"]),
        (of_member.MerchantTerminated("f", ("why",), "digest"), ["misuse.services_terminated"]),
        (of_member.AttemptRefused("appeal", "c", "window_closed", {}), ["refusals.attempts"]),
        (of_member.IdentityDisclosed("c", "ann", "an order", "why"), ["disclosures.made"]),
        (of_member.DeclarationSigned("1"), []),
    ],
)
def test_an_event_beside_the_cases_adds_to_its_figure(event: AnyEvent, names: list[str]) -> None:
    assert names_beside_cases(event) == names
    assert all(figure in NAMES[section] for section, _, figure in (name.partition(".") for name in names))


def figures(tale: Tale) -> list[str]:
    case: Case | None = None
    found: list[str] = []
    for told in tale.told:
        if case is None:
            case = begin("case", told)
            continue
        after = evolve(case, told)
        found += names_of_case(case, after, told)
        case = after
    return found


@pytest.mark.rule("D4")
def test_what_happens_to_a_case_adds_to_its_figures() -> None:
    assert figures(Tale().decline()) == ["complaints.declined"]
    assert figures(Tale().accept().appeal().withdraw()) == [
        "complaints.taken_up",
        "penalties.imposed",
        "appeals.opened",
        "complaints.withdrawn",
        "appeals.moot",
        "penalties.revoked",
    ]
    lapsed = figures(Tale(law(appeal={"on_lapse": "release"})).accept().appeal().wait("2026-04-01 00:00"))
    assert lapsed[-4:] == ["appeals.upheld", "appeals.lapsed", "endings.lifted_by_lapse", "penalties.revoked"]
    nobody = figures(Tale(law(complaint={"on_lapse": "accept"})).wait("2026-04-01 00:00"))
    assert {"complaints.taken_up_by_lapse", "penalties.imposed_by_lapse"} < set(nobody)
    assert "complaints.declined_by_lapse" in figures(Tale(law(complaint={"on_lapse": "decline"})).wait("2026-04-01 00:00"))
    reviewed = Tale(law(complaint={"on_lapse": "accept"}, review={"request_within": {"days": 9}})).wait("2026-03-06 09:00").ask()
    assert figures(reviewed)[-1:] == ["reviews.requested"]
    assert figures(reviewed.look("upheld"))[-3:] == ["reviews.upheld", "endings.lifted_by_desk", "penalties.revoked"]
    declined = Tale(law(complaint={"on_lapse": "decline"}, review={"request_within": {"days": 9}})).wait("2026-03-06 09:00").ask("owner")
    assert figures(declined)[-2:] == ["reviews.requested", "reviews.requested_by_complainants"]
    assert {"reviews.upheld", "reviews.upheld_for_complainants", "penalties.imposed"} < set(figures(declined.look("upheld")))
    assert "endings.no_appeal" in figures(Tale().accept().wait("2026-04-01 00:00"))
    assert "endings.voided" in figures(Tale().accept().void())


@pytest.mark.rule("H1", "T8")
def test_a_case_that_fell_with_a_lost_dispute_is_counted_at_its_instant(stores: Stores) -> None:
    studio = Studio(stores)
    thief, maker, seller = studio.merchant("thief"), studio.merchant("maker"), studio.merchant("seller")
    stolen = studio.file(thief, "coat")
    other = studio.file(thief, "hat")
    fallen = studio.lodge(thief, stolen, studio.listing(seller, "1")).cases[0]
    studio.lodge(thief, other, studio.listing(seller, "2"))
    studio.accept(fallen.id)
    studio.go("2026-03-03 09:00")
    studio.settle_dispute(studio.dispute(maker, studio.bar(maker, "coat")).id, "upheld")
    law = studio.platform.library.law(stores.store)
    period = Period(instant("2026-03-01 00:00"), instant("2026-04-01 00:00"))
    unwritten = report(stores.store, law, period)
    assert (unwritten.figures["endings"]["voided"], unwritten.figures["penalties"]["revoked"]) == (1, 1)
    studio.settle()
    assert report(stores.store, law, period) == unwritten


@pytest.mark.rule("T3", "T8")
def test_what_falls_due_at_the_very_end_belongs_to_the_next_period(stores: Stores) -> None:
    studio = Studio(stores)
    owner, seller = studio.merchant("owner"), studio.merchant("seller")
    studio.accept(studio.lodge(owner, studio.file(owner, "coat"), studio.listing(seller, "1")).cases[0].id)
    closes = instant("2026-03-05 16:00")
    law = studio.platform.library.law(stores.store)
    before, later = Period(AT, closes), Period(closes, instant("2026-04-01 00:00"))
    assert [report(stores.store, law, one).figures["endings"]["no_appeal"] for one in (before, later)] == [0, 1]
