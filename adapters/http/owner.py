"""A merchant as an owner of pictures: entrance, declaration, folders, filings, vouchers, disputes."""

from __future__ import annotations

from typing import Any

from adapters.http.context import ApiContext, after, paged
from adapters.http.endpoint import Router
from adapters.http.files import picture, warned
from adapters.http.filing_words import filed, filing, refused_file
from adapters.http.problems import Problem
from adapters.http.request import Answered, ApiRequest
from adapters.http.schemas import merchant as shapes
from adapters.http.schemas.common import page_of
from adapters.http.schemas.queries import FilingsQuery, PictureQuery
from adapters.http.turns import in_turns
from adapters.http.uploads import file_apart
from adapters.wording.instants import instant
from adapters.wording.sealed import readable
from application import file_pictures, folders
from application.acting import Act
from application.members import sign_declaration
from application.ports import Upload
from application.refusals import NotFound
from application.review import Review
from domain.entrance import EntrancePolicy, closed_because
from domain.filing import Filing, FilingStatus
from domain.merchant import Merchant
from domain.rulebook import DeclarationRules
from projections import filings as filing_view
from projections import folders as folder_view
from projections import merchants, publications, refused_pictures
from projections.reading import GroupOfRows, Reading

OWNER: Router[ApiContext] = Router("merchant", roles=("merchant",))
INACTIVE = ("entrance_closed", "declaration_missing", "terminated")


@OWNER.get("/entrance", shapes.Entrance)
def read_entrance(context: ApiContext, request: ApiRequest) -> Answered:
    """Is original protection open to me?"""
    member = context.member(request.caller)
    with context.reading() as reading:
        policy = publications.entrance(reading)
        known = merchants.get(reading, member.member_id)
    rule = EntrancePolicy() if policy is None else EntrancePolicy(policy.open_to_all, policy.categories, policy.members, policy.match)
    terminated = known is not None and known.terminated_at is not None
    reasons = [*closed_because(rule, member.member_id, member.categories), *(["terminated"] if terminated else [])]
    return {"open": not reasons, "reasons": reasons}


def declaration_now(context: ApiContext, request: ApiRequest) -> dict[str, Any]:
    """The body of the declaration's GET."""
    member = context.member(request.caller)
    with context.reading() as reading:
        signed = merchants.get(reading, member.member_id)
    law = context.law()
    rules = law.in_force(context.now()).declaration
    return _declaration(rules, None if signed is None else signed.signed_version, None if signed is None else instant(signed.signed_at))


def _declaration(rules: DeclarationRules, version: str | None, signed_at: str | None) -> dict[str, Any]:
    return {"version": rules.version, "text": rules.text, "signed_version": version, "signed_at": signed_at}


@OWNER.get("/declaration", shapes.Declaration)
def read_declaration(context: ApiContext, request: ApiRequest) -> Answered:
    """The declaration in force, and whether it is signed."""
    return declaration_now(context, request)


@OWNER.post("/declaration", shapes.Declaration, body=shapes.DeclarationBody, current=declaration_now)
def sign(context: ApiContext, request: ApiRequest) -> Answered:
    """Sign the declaration in force."""
    member = context.member(request.caller)

    def words(act: Act, state: Merchant) -> dict[str, Any]:
        return _declaration(act.law.in_force(act.now).declaration, state.signed_version, instant(state.signed_at))

    return request.command(
        context.platform, "declaration", member.member_id, lambda act: sign_declaration(act, member, request.body["version"]), words
    )


@OWNER.post("/folders", shapes.Folder, body=shapes.FolderBody, success=201, also=(200,))
def create_folder(context: ApiContext, request: ApiRequest) -> Answered:
    """Make a folder; one of that name again is the same folder."""
    member = context.member(request.caller)
    return request.command(
        context.platform,
        "folder",
        member.member_id,
        lambda act: folders.create_folder(act, member, request.body["name"]),
        lambda _, made: {"name": made.name},
        lambda made: 201 if made.new else 200,
    )


@OWNER.patch("/folders/{name:folder}", shapes.Folder, body=shapes.FolderBody, codes=("unknown_folder", "folder_exists"))
def rename_folder(context: ApiContext, request: ApiRequest) -> Answered:
    """Call a folder otherwise; what is filed in it follows."""
    member = context.member(request.caller)
    return request.command(
        context.platform,
        "folder_name",
        member.member_id,
        lambda act: folders.rename_folder(act, member, request.path["name"], request.body["name"]),
        lambda _, name: {"name": name},
    )


@OWNER.get("/folders", page_of(shapes.Folder), lists=True)
def list_folders(context: ApiContext, request: ApiRequest) -> Answered:
    """List one's folders, newest first."""
    member = context.member(request.caller)
    with context.reading() as reading:
        page = folder_view.of_owner(reading, member.member_id, request.page.limit, after(request))
        filed = filing_view.of_folders(reading, [one.id for one in page.items])
    return paged(request, page, lambda one: _folder_words(context, one, filed.get(one.id, GroupOfRows(0, None))))


def _folder_words(context: ApiContext, folder: folder_view.Folder, filed: GroupOfRows) -> dict[str, Any]:
    return {
        "name": _name(folder, context),
        "created_at": instant(folder.created_at),
        "filings": filed.number,
        "cover": None if filed.newest is None else _thumbnail(filed.newest),
    }


def _thumbnail(filing_id: str) -> str:
    return f"/v1/filings/{filing_id}/picture?size=thumbnail"


@OWNER.post(
    "/folders/{name:folder}/pictures",
    shapes.Filed,
    files=True,
    success=201,
    also=(202,),
    codes=("unknown_folder", *INACTIVE, "too_many_files", "storage_exhausted", "all_refused", "busy"),
)
def file_into_folder(context: ApiContext, request: ApiRequest) -> Answered:
    """File pictures into a folder; a machine reviews each, and what is refused stops no other.

    With `Prefer: respond-async` the answer is 202 with the id of an upload, whose pictures are filed one by one, each at its own instant.
    """
    member, review = context.member(request.caller), Review(context.patience())
    files = [Upload(upload.filename, upload.content) for upload in request.uploads]
    if request.apart and context.uploads is not None:
        return file_apart(context.uploads(), context, request, member, files)
    sealer = context.platform.sealer

    def words(act: Act, done: file_pictures.FiledPictures) -> dict[str, Any] | Problem:
        refused = [refused_file(one.refused_id or act.new_id(), one.name, one.flaws, one.at) for one in done.refused]
        if not done.filings:
            return Problem("all_refused", refused=refused)
        return {
            "filings": [filed(one.filing, done.warnings.get(one.filing.id, ()), done.folder, sealer) for one in done.filings],
            "refused": refused,
        }

    return request.command(
        context.platform,
        "filing",
        member.member_id,
        lambda act: file_pictures.file_pictures(act, member, request.path["name"], files, review),
        words,
    )


@OWNER.get("/filings", page_of(shapes.Filing, counts=True), query=FilingsQuery, lists=True)
def list_filings(context: ApiContext, request: ApiRequest) -> Answered:
    """List one's filings, newest first."""
    member = context.member(request.caller)
    sealer = context.platform.sealer
    with context.reading() as reading:
        folder_id = None
        if request.query["folder"] is not None:
            folder_id = _folder_named(context, reading, member.member_id, request.query["folder"])
            if folder_id is None:
                return {**request.page.of([], None), "counts": {}}
        statuses = None if request.query["status"] is None else [FilingStatus(request.query["status"])]
        page, counts = in_turns(
            lambda: filing_view.newest(
                reading, request.page.limit, after(request), owner=member.member_id, folder_id=folder_id, statuses=statuses
            ),
            lambda: filing_view.by_status(reading, member.member_id, folder_id),
        )
        names = folder_view.many(reading, [one.folder_id for one in page.items])

    def words(one: Filing) -> dict[str, Any]:
        return {**filing(one, _name(names.get(one.folder_id), context), sealer), "thumbnail": _thumbnail(one.id)}

    return {**paged(request, page, words), "counts": counts}


def _name(folder: folder_view.Folder | None, context: ApiContext) -> str:
    return "" if folder is None else readable(context.platform.sealer, folder.name) or ""


def _folder_named(context: ApiContext, reading: Reading, owner: str, name: str) -> str | None:
    cursor = None
    while True:
        page = folder_view.of_owner(reading, owner, 200, cursor)
        for folder in page.items:
            if readable(context.platform.sealer, folder.name) == name.strip():
                return folder.id
        if page.next is None:
            return None
        cursor = page.next


def own_filing(context: ApiContext, request: ApiRequest) -> tuple[Filing, str]:
    """The member's own filing that the path names, and its folder's name. Raises NotFound."""
    member = context.member(request.caller)
    with context.reading() as reading:
        found = filing_view.get(reading, request.path["id"])
        if found is None or found.owner != member.member_id:
            raise NotFound
        return found, _name(folder_view.get(reading, found.folder_id), context)


def filing_now(context: ApiContext, request: ApiRequest) -> dict[str, Any]:
    """The body of a filing's own GET."""
    found, folder = own_filing(context, request)
    return {**filing(found, folder, context.platform.sealer), **warned(context, found)}


@OWNER.get("/filings/{id}", shapes.Filing)
def read_filing(context: ApiContext, request: ApiRequest) -> Answered:
    """Read a filing."""
    return filing_now(context, request)


@OWNER.get("/filings/{id}/picture", None, query=PictureQuery, produces=("image/jpeg", "image/png"))
def filing_picture(context: ApiContext, request: ApiRequest) -> Answered:
    """The filed picture: the untouched original, the copy scaled to 2000 px, or a thumbnail."""
    found, _ = own_filing(context, request)
    return picture(context.platform, found.digest, request.query["size"])


@OWNER.delete("/filings/{id}", current=filing_now, codes=("filing_in_use", "filing_not_protected"))
def withdraw_filing(context: ApiContext, request: ApiRequest) -> Answered:
    """Take a filing back."""
    member = context.member(request.caller)
    return request.command(
        context.platform,
        "deletion",
        member.member_id,
        lambda act: file_pictures.delete_filing(act, member, request.path["id"]),
        lambda *_: None,
    )


@OWNER.get("/refused-pictures", page_of(shapes.RefusedPicture), lists=True)
def list_refused_pictures(context: ApiContext, request: ApiRequest) -> Answered:
    """List the files that do not support authentication: which, why and when."""
    member = context.member(request.caller)
    with context.reading() as reading:
        page = refused_pictures.of_owner(reading, member.member_id, request.page.limit, after(request))
        names = folder_view.many(reading, [one.folder_id for one in page.items])
    sealer = context.platform.sealer

    def words(one: refused_pictures.RefusedPicture) -> dict[str, Any]:
        return {
            **refused_file(one.id, readable(sealer, one.name) or "", one.flaws, one.at),
            "folder": _name(names.get(one.folder_id), context),
        }

    return paged(request, page, words)
