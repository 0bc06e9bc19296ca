"""Views over the real store, in the same place as the log: what the application decides is what the views show."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.store.opening import Stores
from application import authorise, findings
from application.index import FilingsOfMember
from domain.case.folding import fold
from domain.case.state import Status
from projections import (
    appeals,
    authorizations,
    complaints,
    filings,
    folders,
    listings,
    merchants,
    messages,
    notices,
    penalties,
    publications,
)
from projections.complaints import ComplaintFilter
from projections.dialect import open_engine
from projections.registry import ALL
from projections.runner import Views
from tests.application.studio import Studio
from tests.conftest import Place


@pytest.fixture
def studio(stores: Stores) -> Studio:
    return Studio(stores)


@pytest.fixture
def beside(place: Place, stores: Stores) -> Iterator[Views]:
    """The views where they belong: a file in the store's directory, or the store's own database."""
    url = place.store.replace("postgresql://", "postgresql+psycopg://")
    engine = open_engine(url if "://" in place.store else f"sqlite:///{Path(place.store) / 'views.sqlite'}")
    views = Views(engine, stores.store, ALL)
    views.prepare()
    yield views
    engine.dispose()


@pytest.mark.rule("C2", "C4", "C5", "D1")
def test_a_command_is_seen_by_the_next_read(studio: Studio, beside: Views) -> None:
    ann, seller = studio.merchant("ann"), studio.merchant("seller")
    coat = studio.file(ann, "coat")
    case_id = studio.lodge(ann, coat, studio.listing(seller, "1")).cases[0].id
    with beside.current() as r:
        lodged = complaints.get(r, case_id)
        assert notices.of_respondent(r, seller.member_id, limit=9).items == []
    notice_id = studio.accept(case_id).notice_id
    appeal = studio.appeal(seller, notice_id)
    with beside.current() as r:
        case = complaints.get(r, case_id)
        notice = notices.get(r, notice_id or "")
        own = appeals.get(r, appeal.id)
        listing = listings.get(r, "1")
        assert [order.action for order in penalties.feed(r, limit=9).items] == ["take_down"]
        assert [folder.owner for folder in folders.of_owner(r, ann.member_id, 9).items] == [ann.member_id]
        assert [message.kind for message in messages.of_member(r, seller.member_id, 9).items] == ["notice_served", "appeal_opened"]
    assert lodged is not None and lodged.status is Status.LODGED
    assert case is not None and case == fold(case_id, studio.stream(case_id))
    assert notice is not None and (notice.status, notice.appeals[0].id) == ("appealed", appeal.id)
    assert own == appeal and listing is not None and listing.down


@pytest.mark.rule("B7")
def test_a_finding_and_its_end_are_shown_as_the_index_has_them_cascade_or_not(studio: Studio, beside: Views) -> None:
    ann, bob, seller = studio.merchant("ann"), studio.merchant("bob"), studio.merchant("seller")
    coat, hat, gone = studio.file(ann, "coat"), studio.file(ann, "hat"), studio.file(ann, "shoe")
    studio.delete(ann, gone)
    case_id = studio.lodge(ann, coat, studio.listing(seller, "1")).cases[0].id
    given = studio.act("grant", ann.member_id, lambda act: authorise.grant(act, ann, bob.nickname or "", None)).id
    digest = studio.preview(ann, coat).digest
    studio.act("finding", "desk-1", lambda act: findings.find_non_original(act, ann.member_id, coat, ["stock"], digest))

    def shown() -> dict[str, str]:
        with beside.current() as r:
            return {name: filing.status.value for name, filing in filings.many(r, [coat, hat, gone]).items()}

    def index() -> dict[str, str]:
        return {row.filing_id: row.standing for row in studio.stores.store.ask(FilingsOfMember(ann.member_id))}

    assert shown() == index() == {coat: "cancelled", hat: "cancelled", gone: "withdrawn"}
    with beside.current() as r:
        grant, merchant = authorizations.get(r, given), merchants.get(r, ann.member_id)
    assert grant is not None and grant.status(studio.clock.now()) == "ended"
    assert merchant is not None and merchant.terminated_at == studio.clock.now()
    studio.settle()
    studio.file(bob, "hat", "first")
    studio.act("reinstatement", "desk-1", lambda act: findings.reinstate(act, ann.member_id, ["vouchers"]))
    assert shown() == index() == {coat: "protected", hat: "cancelled", gone: "withdrawn"}
    studio.settle()
    assert shown() == index() == {coat: "protected", hat: "cancelled", gone: "withdrawn"}
    with beside.current() as r:
        (case,) = complaints.newest(r, ComplaintFilter(complainant=ann.member_id), limit=9).items
        assert publications.calendars(r, limit=9).items != []
    assert (case.id, case.status) == (case_id, Status.VOIDED)
    assert beside.broken == {}
