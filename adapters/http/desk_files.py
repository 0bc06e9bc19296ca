"""What the desk looks at before it decides: pictures, evidence and vouchers, by paths of its own."""

from __future__ import annotations

from adapters.http.ask import Answered, Ask
from adapters.http.endpoint import Audience
from adapters.http.files import attachment, handed_in, picture
from adapters.http.filing_words import voucher
from adapters.http.front import Front, after, paged
from adapters.http.schemas.common import page_of
from adapters.http.schemas.merchant import Voucher
from adapters.http.schemas.queries import ListingPictureQuery, PictureQuery
from application import vouchers
from application.cases import listing_picture
from application.refusals import NotFound, found
from domain.dispute import Dispute
from projections import appeals, complaints, evidence, filings, notices, refused_pictures
from projections import disputes as dispute_view
from projections import vouchers as voucher_view

DESK_FILES: Audience[Front] = Audience("desk files", roles=("reviewer",))
PICTURES = ("image/jpeg", "image/png")
FILES = ("application/octet-stream",)


@DESK_FILES.get("/desk/filings/{id}/picture", None, query=PictureQuery, produces=PICTURES)
def desk_filing_picture(front: Front, ask: Ask) -> Answered:
    """The filed picture: the untouched original, the copy scaled to 2000 px, or a thumbnail."""
    with front.reading() as reading:
        filing = found(filings.get(reading, ask.path["id"]))
    return picture(front.platform, filing.digest, ask.query["size"])


@DESK_FILES.get("/desk/complaints/{id}/picture", None, query=ListingPictureQuery, produces=PICTURES)
def complaint_picture(front: Front, ask: Ask) -> Answered:
    """The picture of the listing that is complained of: the one that matched, else the first.

    Once a notice is served, the one that it shows, unless that is the original; 404 where the listing has no pictures.
    """
    with front.reading() as reading:
        case = found(complaints.get(reading, ask.path["id"]))
        notice = None if case.notice_id is None else notices.get(reading, case.notice_id)
    served = None if notice is None or notice.shows_original else notice.picture
    return picture(front.platform, served or listing_picture(front.platform.store, case).digest, ask.query["size"])


@DESK_FILES.get("/desk/appeals/{id}/evidence/{evidence}", None, produces=FILES)
def appeal_evidence(front: Front, ask: Ask) -> Answered:
    """Fetch a file that was handed in with an appeal, by its id in `evidence[]`."""
    with front.reading() as reading:
        appeal = found(appeals.get(reading, ask.path["id"]))
        if ask.path["evidence"] not in appeal.evidence:
            raise NotFound
        file = found(evidence.many(reading, [ask.path["evidence"]]).get(ask.path["evidence"]))
    return handed_in(front.platform, file.digest, "evidence")


def _dispute(front: Front, ask: Ask) -> Dispute:
    with front.reading() as reading:
        return found(dispute_view.get(reading, ask.path["id"]))


@DESK_FILES.get("/desk/disputes/{id}/picture", None, query=PictureQuery, produces=PICTURES)
def disputed_picture(front: Front, ask: Ask) -> Answered:
    """The picture that was refused because another had filed first."""
    one = _dispute(front, ask)
    with front.reading() as reading:
        refused = found(refused_pictures.get(reading, one.refused_id))
    return picture(front.platform, refused.digest, ask.query["size"])


@DESK_FILES.get("/desk/disputes/{id}/vouchers", page_of(Voucher), lists=True)
def list_desk_dispute_vouchers(front: Front, ask: Ask) -> Answered:
    """List the vouchers that the disputant gave, newest first."""
    one = _dispute(front, ask)
    with front.reading() as reading:
        page = voucher_view.of_subject(reading, one.id, ask.page.limit, after(ask))
    return paged(ask, page, lambda given: voucher(given, front.platform.sealer))


@DESK_FILES.get("/desk/disputes/{id}/vouchers/{n:number}", None, produces=FILES)
def read_dispute_voucher(front: Front, ask: Ask) -> Answered:
    """Fetch a voucher of a dispute; vouchers count from 1."""
    _, content = vouchers.open_voucher(front.platform, _dispute(front, ask).id, ask.path["n"])
    return attachment(content, f"voucher-{ask.path['n']}")
