"""The small world with a studio: pictures filed for real, the desk's questions about them, and what falls due."""

from __future__ import annotations

from datetime import datetime

from adapters.store.opening import Stores
from application import authorise, cascade, disputes, file_pictures, findings, matching, vouchers
from application.file_pictures import FiledPictures
from application.findings import NonOriginalFinding, Preview
from application.folders import create_folder
from application.index import FilingById, RefusedById, RefusedRow
from application.ports import Identity, Upload
from application.review import Review
from application.settle_due import Settling
from domain.dispute import Dispute
from domain.merchant import Merchant
from domain.recorded import AnyEvent
from domain.voucher import VoucherRequest
from tests.application.world import START, World
from tests.fakes import FakeInspector, FakeMatcher, picture

FOLDER = "spring"


class Studio(World):
    """A world in which merchants file pictures into the folder `spring`, and the desk asks, decides and finds."""

    def __init__(self, stores: Stores, start: datetime = START) -> None:
        super().__init__(stores, start)
        self.settling = Settling(
            self.platform,
            {
                "voucher_request": vouchers.remind,
                "cascade": cascade.step,
                "listing_matching": matching.FilingMatching(),
                "grant_ended": authorise.grant_ended,
            },
        )

    @property
    def inspector(self) -> FakeInspector:
        assert isinstance(self.platform.inspector, FakeInspector)
        return self.platform.inspector

    def watch_through(self, matcher: FakeMatcher) -> None:
        """Let another matcher seek from now on."""
        self.platform = self.platform._replace(matcher=matcher)

    def merchant(self, name: str) -> Identity:
        """A member that has signed and has a folder."""
        member = self.member(name)
        self.act("folder", member.member_id, lambda act: create_folder(act, member, FOLDER))
        return member

    def send(self, member: Identity, *pictures: bytes | tuple[str, bytes], folder: str = FOLDER) -> FiledPictures:
        files = [Upload(*one) if isinstance(one, tuple) else Upload("coat.jpg", one) for one in pictures]
        review = Review()
        return self.act("filing", member.member_id, lambda act: file_pictures.file_pictures(act, member, folder, files, review))

    def file(self, member: Identity, scene: str, edition: str = "first", *, part: bool = False) -> str:
        """File a picture that nothing bars; its filing's id."""
        ((_, filing),) = self.send(member, picture(scene, edition, part=part)).filings
        return filing.id

    def bar(self, member: Identity, scene: str, edition: str = "barred") -> str:
        """File a picture that is refused; the refused picture's id."""
        (refused,) = self.send(member, picture(scene, edition)).refused
        assert refused.refused_id is not None
        return refused.refused_id

    def delete(self, member: Identity, filing_id: str) -> None:
        self.act("deletion", member.member_id, lambda act: file_pictures.delete_filing(act, member, filing_id))

    def ask_for(self, filing_id: str, *what: str, by: str = "desk-1") -> VoucherRequest:
        return self.act("voucher-request", by, lambda act: vouchers.request(act, filing_id, what or ("the raw file",)))

    def judge(self, request_id: str, outcome: str, by: str = "desk-1") -> VoucherRequest:
        return self.act("voucher-decision", by, lambda act: vouchers.decide(act, request_id, outcome, ["seen"]))  # type: ignore[arg-type]

    def dispute(self, member: Identity, refused_id: str, statement: str = "I made it in 2024") -> Dispute:
        return self.act("dispute", member.member_id, lambda act: disputes.open_dispute(act, member, refused_id, statement))

    def settle_dispute(self, dispute_id: str, outcome: str, by: str = "desk-1") -> Dispute:
        review = Review()
        return self.act(
            "dispute-decision",
            by,
            lambda act: disputes.decide(act, dispute_id, outcome, ["raw files"], review),  # type: ignore[arg-type]
        )

    def preview(self, member: Identity, filing_id: str) -> Preview:
        return self.act("finding-preview", "desk-1", lambda act: findings.preview(act, member.member_id, filing_id))

    def find(self, member: Identity, filing_id: str, digest: str, by: str = "desk-1") -> NonOriginalFinding:
        return self.act("finding", by, lambda act: findings.find_non_original(act, member.member_id, filing_id, ["stock"], digest))

    def terminate(self, member: Identity, filing_id: str) -> NonOriginalFinding:
        """Preview and find at once."""
        return self.find(member, filing_id, self.preview(member, filing_id).digest)

    def reinstate(self, member: Identity, by: str = "desk-1") -> Merchant:
        return self.act("reinstatement", by, lambda act: findings.reinstate(act, member.member_id, ["a mistake"]))

    def settle(self) -> int:
        return self.settling.everything_due()

    def standing(self, filing_id: str) -> str:
        row = self.stores.store.ask(FilingById(filing_id))
        assert row is not None
        return row.standing

    def refused_row(self, refused_id: str) -> RefusedRow:
        row = self.stores.store.ask(RefusedById(refused_id))
        assert row is not None
        return row

    def last(self, stream: str) -> AnyEvent:
        """The stream's last event."""
        return self.stream(stream)[-1].event
