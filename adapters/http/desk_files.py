"""What the desk looks at before it decides: pictures, evidence and vouchers, by paths of its own."""

from __future__ import annotations

from typing import Any

from adapters.http.context import ApiContext, after, paged
from adapters.http.desk_facts import others_disputes, refuse_own
from adapters.http.endpoint import Router
from adapters.http.files import attachment, desk_picture, handed_in, picture
from adapters.http.filing_words import voucher
from adapters.http.listing_words import picture_words
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas.common import page_of
from adapters.http.schemas.desk import UnseenPictures
from adapters.http.schemas.merchant import Voucher
from adapters.http.schemas.queries import ListingPictureQuery, PictureQuery
from adapters.wording.instants import instant
from application import vouchers
from application.cases import listing_picture
from application.refusals import NotFound, found
from domain.dispute import Dispute
from domain.listing import Listing
from domain.refusal import Refusal
from projections import appeals, complaints, evidence, filings, listings, notices, refused_pictures, unseen_pictures
from projections import disputes as dispute_view
from projections import vouchers as voucher_view

DESK_FILES: Router[ApiContext] = Router("desk files", roles=("reviewer",))
PICTURES = ("image/jpeg", "image/png")
FILES = ("application/octet-stream",)


@DESK_FILES.get("/desk/filings/{id}/picture", None, query=PictureQuery, produces=PICTURES)
def desk_filing_picture(context: ApiContext, request: ApiRequest) -> Answered:
    """The filed picture at its full size, scaled to 2000 px, or as a thumbnail: none with what its maker wrote into it."""
    with context.reading() as reading:
        filing = found(filings.get(reading, request.path["id"]))
    return desk_picture(context.platform, filing.digest, request.query["size"])


@DESK_FILES.get("/desk/unseen-pictures", page_of(UnseenPictures), lists=True)
def list_unseen_pictures(context: ApiContext, request: ApiRequest) -> Answered:
    """List the listings with a picture that could not be looked at, or not in full: which, and why; newest first."""
    with context.reading() as reading:
        page = unseen_pictures.newest(reading, request.page.limit, after(request))
        known = listings.many(reading, [one.listing_id for one in page.items])

    def words(one: unseen_pictures.UnseenPictures) -> dict[str, Any]:
        listing = known.get(one.listing_id, Listing(id=one.listing_id))
        pictures = [picture_words(picture) for picture in one.pictures]
        return {"listing_id": listing.id, "link": listing.link, "title": listing.title, "fed_at": instant(one.fed_at), "pictures": pictures}

    return paged(request, page, words)


@DESK_FILES.get("/desk/complaints/{id}/picture", None, query=ListingPictureQuery, produces=PICTURES)
def complaint_picture(context: ApiContext, request: ApiRequest) -> Answered:
    """The picture of the listing that is complained of: the one that matched, else the first.

    Once a notice is served, the one that it shows, unless that is the original; 404 where the listing has no pictures.
    """
    return picture(context.platform, desk_listing_picture(context, request), request.query["size"])


def desk_listing_picture(context: ApiContext, request: ApiRequest) -> str | None:
    """The digest of that picture; None where there is none. Raises NotFound for no such case."""
    with context.reading() as reading:
        case = found(complaints.get(reading, request.path["id"]))
        refuse_own(context, request, case)
        notice = None if case.notice_id is None else notices.get(reading, case.notice_id)
    served = None if notice is None or notice.shows_original else notice.picture
    return served or listing_picture(context.platform.store, case).digest


@DESK_FILES.get("/desk/appeals/{id}/evidence/{evidence}", None, produces=FILES)
def appeal_evidence(context: ApiContext, request: ApiRequest) -> Answered:
    """Fetch a file that was handed in with an appeal, by its id in `evidence[]`."""
    with context.reading() as reading:
        appeal = found(appeals.get(reading, request.path["id"]))
        refuse_own(context, request, found(complaints.get(reading, appeal.complaint_id)))
        if request.path["evidence"] not in appeal.evidence:
            raise NotFound
        file = found(evidence.many(reading, [request.path["evidence"]]).get(request.path["evidence"]))
    return handed_in(context.platform, file.digest, "evidence")


def dispute_of(context: ApiContext, request: ApiRequest) -> Dispute:
    """The dispute that the path names. Raises NotFound; Refusal: forbidden, to a party (rules B4, H3)."""
    with context.reading() as reading:
        dispute = found(dispute_view.get(reading, request.path["id"]))
        if not others_disputes(context, request.caller, reading, [dispute]):
            raise Refusal("forbidden")
    return dispute


@DESK_FILES.get("/desk/disputes/{id}/picture", None, query=PictureQuery, produces=PICTURES)
def disputed_picture(context: ApiContext, request: ApiRequest) -> Answered:
    """The picture that was refused because another had filed first."""
    one = dispute_of(context, request)
    with context.reading() as reading:
        refused = found(refused_pictures.get(reading, one.refused_id))
    return desk_picture(context.platform, refused.digest, request.query["size"])


@DESK_FILES.get("/desk/disputes/{id}/vouchers", page_of(Voucher), lists=True)
def list_desk_dispute_vouchers(context: ApiContext, request: ApiRequest) -> Answered:
    """List the vouchers that the disputant gave, newest first."""
    one = dispute_of(context, request)
    with context.reading() as reading:
        page = voucher_view.of_subject(reading, one.id, request.page.limit, after(request))
    return paged(request, page, lambda given: voucher(given, context.platform.sealer))


@DESK_FILES.get("/desk/disputes/{id}/vouchers/{n:number}", None, produces=FILES)
def read_dispute_voucher(context: ApiContext, request: ApiRequest) -> Answered:
    """Fetch a voucher of a dispute; vouchers count from 1."""
    _, content = vouchers.open_voucher(context.platform, dispute_of(context, request).id, request.path["n"])
    return attachment(content, f"voucher-{request.path['n']}")
