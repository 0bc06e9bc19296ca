"""A merchant as an owner of pictures: entrance, declaration, folders, filings, vouchers, disputes."""

from __future__ import annotations

from typing import Any

from adapters.http.ask import Answered, Ask
from adapters.http.endpoint import Audience
from adapters.http.files import picture
from adapters.http.filing_words import filing, refused_file
from adapters.http.front import Front, after, paged
from adapters.http.problems import Problem
from adapters.http.schemas import merchant as shapes
from adapters.http.schemas.common import page_of
from adapters.http.schemas.queries import FilingsQuery, PictureQuery
from adapters.wording.instants import instant
from application import file_pictures, folders
from application.acting import Act
from application.members import sign_declaration
from application.refusals import NotFound
from application.review import Review, Upload
from domain.entrance import EntrancePolicy, closed_because
from domain.filing import Filing, FilingStatus
from domain.merchant import Merchant
from domain.rulebook import DeclarationRules
from projections import filings as filing_view
from projections import folders as folder_view
from projections import merchants, publications, refused_pictures
from projections.reading import Reading

OWNER: Audience[Front] = Audience("merchant", roles=("merchant",))
INACTIVE = ("entrance_closed", "declaration_missing", "terminated")


@OWNER.get("/entrance", shapes.Entrance)
def read_entrance(front: Front, ask: Ask) -> Answered:
    """Is original protection open to me?"""
    member = front.member(ask.caller)
    with front.reading() as reading:
        policy = publications.entrance(reading)
        known = merchants.get(reading, member.member_id)
    rule = EntrancePolicy() if policy is None else EntrancePolicy(policy.open_to_all, policy.categories, policy.members, policy.match)
    terminated = known is not None and known.terminated_at is not None
    reasons = [*closed_because(rule, member.member_id, member.categories), *(["terminated"] if terminated else [])]
    return {"open": not reasons, "reasons": reasons}


def declaration_now(front: Front, ask: Ask) -> dict[str, Any]:
    """The body of the declaration's GET."""
    member = front.member(ask.caller)
    with front.reading() as reading:
        signed = merchants.get(reading, member.member_id)
    law = front.platform.library.law(front.platform.store)
    rules = law.in_force(front.now()).declaration
    return _declaration(rules, None if signed is None else signed.signed_version, None if signed is None else instant(signed.signed_at))


def _declaration(rules: DeclarationRules, version: str | None, signed_at: str | None) -> dict[str, Any]:
    return {"version": rules.version, "text": rules.text, "signed_version": version, "signed_at": signed_at}


@OWNER.get("/declaration", shapes.Declaration)
def read_declaration(front: Front, ask: Ask) -> Answered:
    """The declaration in force, and whether it is signed."""
    return declaration_now(front, ask)


@OWNER.post("/declaration", shapes.Declaration, body=shapes.DeclarationBody, current=declaration_now)
def sign(front: Front, ask: Ask) -> Answered:
    """Sign the declaration in force."""
    member = front.member(ask.caller)

    def words(act: Act, state: Merchant) -> dict[str, Any]:
        return _declaration(act.law.in_force(act.now).declaration, state.signed_version, instant(state.signed_at))

    return ask.command(
        front.platform, "declaration", member.member_id, lambda act: sign_declaration(act, member, ask.body["version"]), words
    )


@OWNER.post("/folders", shapes.Folder, body=shapes.FolderBody, success=201, also=(200,))
def create_folder(front: Front, ask: Ask) -> Answered:
    """Make a folder; one of that name again is the same folder."""
    member = front.member(ask.caller)
    return ask.command(
        front.platform,
        "folder",
        member.member_id,
        lambda act: folders.create_folder(act, member, ask.body["name"]),
        lambda _, made: {"name": made.name},
        lambda made: 201 if made.new else 200,
    )


@OWNER.get("/folders", page_of(shapes.Folder), lists=True)
def list_folders(front: Front, ask: Ask) -> Answered:
    """List one's folders, newest first."""
    member = front.member(ask.caller)
    with front.reading() as reading:
        page = folder_view.of_owner(reading, member.member_id, ask.page.limit, after(ask))
    sealer = front.platform.sealer
    return paged(ask, page, lambda one: {"name": sealer.open(one.name) or "", "created_at": instant(one.created_at)})


@OWNER.post(
    "/folders/{name:folder}/pictures",
    shapes.Filed,
    files=True,
    success=201,
    codes=("unknown_folder", *INACTIVE, "too_many_files", "all_refused"),
)
def file_into_folder(front: Front, ask: Ask) -> Answered:
    """File pictures into a folder; a machine reviews each, and what is refused stops no other."""
    member, review = front.member(ask.caller), Review()
    files = [Upload(upload.filename, upload.content) for upload in ask.uploads]
    sealer = front.platform.sealer

    def words(act: Act, done: file_pictures.FiledPictures) -> dict[str, Any] | Problem:
        refused = [refused_file(one.refused_id or act.new_id(), one.name, one.flaws, one.at) for one in done.refused]
        if not done.filings:
            return Problem("all_refused", refused=refused)
        return {"filings": [filing(one.filing, done.folder, sealer) for one in done.filings], "refused": refused}

    return ask.command(
        front.platform,
        "filing",
        member.member_id,
        lambda act: file_pictures.file_pictures(act, member, ask.path["name"], files, review),
        words,
    )


@OWNER.get("/filings", page_of(shapes.Filing), query=FilingsQuery, lists=True)
def list_filings(front: Front, ask: Ask) -> Answered:
    """List one's filings, newest first."""
    member = front.member(ask.caller)
    sealer = front.platform.sealer
    with front.reading() as reading:
        folder_id = None
        if ask.query["folder"] is not None:
            folder_id = _folder_named(front, reading, member.member_id, ask.query["folder"])
            if folder_id is None:
                return ask.page.of([], None)
        statuses = None if ask.query["status"] is None else [FilingStatus(ask.query["status"])]
        page = filing_view.newest(reading, ask.page.limit, after(ask), owner=member.member_id, folder_id=folder_id, statuses=statuses)
        names = folder_view.many(reading, [one.folder_id for one in page.items])
    return paged(ask, page, lambda one: filing(one, _name(names.get(one.folder_id), front), sealer))


def _name(folder: folder_view.Folder | None, front: Front) -> str:
    return "" if folder is None else front.platform.sealer.open(folder.name) or ""


def _folder_named(front: Front, reading: Reading, owner: str, name: str) -> str | None:
    cursor = None
    while True:
        page = folder_view.of_owner(reading, owner, 200, cursor)
        for folder in page.items:
            if front.platform.sealer.open(folder.name) == name.strip():
                return folder.id
        if page.next is None:
            return None
        cursor = page.next


def own_filing(front: Front, ask: Ask) -> tuple[Filing, str]:
    """The member's own filing that the path names, and its folder's name. Raises NotFound."""
    member = front.member(ask.caller)
    with front.reading() as reading:
        found = filing_view.get(reading, ask.path["id"])
        if found is None or found.owner != member.member_id:
            raise NotFound
        return found, _name(folder_view.get(reading, found.folder_id), front)


def filing_now(front: Front, ask: Ask) -> dict[str, Any]:
    """The body of a filing's own GET."""
    found, folder = own_filing(front, ask)
    return filing(found, folder, front.platform.sealer)


@OWNER.get("/filings/{id}", shapes.Filing)
def read_filing(front: Front, ask: Ask) -> Answered:
    """Read a filing."""
    return filing_now(front, ask)


@OWNER.get("/filings/{id}/picture", None, query=PictureQuery, produces=("image/jpeg", "image/png"))
def filing_picture(front: Front, ask: Ask) -> Answered:
    """The filed picture: the untouched original, the copy scaled to 2000 px, or a thumbnail."""
    found, _ = own_filing(front, ask)
    return picture(front.platform, found.digest, ask.query["size"])


@OWNER.delete("/filings/{id}", current=filing_now, codes=("filing_in_use", "filing_not_protected"))
def withdraw_filing(front: Front, ask: Ask) -> Answered:
    """Take a filing back."""
    member = front.member(ask.caller)
    return ask.command(
        front.platform,
        "deletion",
        member.member_id,
        lambda act: file_pictures.delete_filing(act, member, ask.path["id"]),
        lambda *_: None,
    )


@OWNER.get("/refused-pictures", page_of(shapes.RefusedPicture), lists=True)
def list_refused_pictures(front: Front, ask: Ask) -> Answered:
    """List the files that do not support authentication: which, why and when."""
    member = front.member(ask.caller)
    with front.reading() as reading:
        page = refused_pictures.of_owner(reading, member.member_id, ask.page.limit, after(ask))
        names = folder_view.many(reading, [one.folder_id for one in page.items])
    sealer = front.platform.sealer

    def words(one: refused_pictures.RefusedPicture) -> dict[str, Any]:
        return {
            **refused_file(one.id, sealer.open(one.name) or "", one.flaws, one.at),
            "folder": _name(names.get(one.folder_id), front),
        }

    return paged(ask, page, words)
