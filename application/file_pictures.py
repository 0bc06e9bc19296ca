"""Filing pictures and taking a filing back (rules B1 to B5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from application.acting import Act, stream_of
from application.cases import live
from application.folders import own_folder
from application.index import FilingById, FilingRow, OpenCasesOfFiling, PutDue, PutFiling, PutFingerprint, PutRefused, ThingsAbout
from application.likeness import seen_of
from application.members import require_active
from application.ports import Identity, Upload
from application.refusals import Invalid, NotFound, found
from application.review import Review, Reviewed, keep_picture, kin_of
from application.storage import take_in
from application.watch_listings import filing_fell
from domain import dispute, filing
from domain.dispute import DisputeStatus
from domain.events import CLOCK, Happened
from domain.events.filing import Filed, FilingSuspected, PictureRefused, Suspicion
from domain.filing import Filing, FilingStatus, Judgement, Kin
from domain.picture import Flaw
from domain.refusal import Refusal
from domain.rulebook import Rulebook, RulebookRef


class FiledPicture(NamedTuple):
    """A file that was certified, and its filing."""

    name: str
    filing: Filing


class RefusedUpload(NamedTuple):
    """A file that does not support authentication, and why (rule B3); no id where it was only counted (rule D5)."""

    refused_id: str | None
    name: str
    flaws: tuple[Flaw, ...]
    at: datetime


class FiledPictures(NamedTuple):
    """What came of a request: filings and refused files, each in the order sent. All may be refused.

    `warnings` are the codes of what the review warns of, by the filing's id, where there are any.
    """

    folder: str
    filings: tuple[FiledPicture, ...]
    refused: tuple[RefusedUpload, ...]
    warnings: Mapping[str, tuple[str, ...]]


class Author(NamedTuple):
    """For whom a picture is filed: the owner, who acts, the folder, and the declaration that the owner has signed."""

    owner: str
    by: str
    folder_id: str
    declaration: str
    dispute_id: str | None = None


def file_pictures(act: Act, member: Identity, folder_name: str, files: Sequence[Upload], review: Review) -> FiledPictures:
    """File pictures into an own folder (rules B1 to B5); `review` is made once for the command and given to each of its tries.

    Raises NotFound: unknown_folder; Refusal: entrance_closed, declaration_missing, terminated, too_many_files,
    storage_exhausted; Invalid: no file.
    """
    author = author_of(act, member, folder_name, len(files))
    rules = act.law.in_force(act.now)
    take_in(act, author.owner, [file.content for file in files])
    filings: list[FiledPicture] = []
    refused: list[RefusedUpload] = []
    warnings: dict[str, tuple[str, ...]] = {}
    for reviewed in review.of(act, files, rules.picture):
        judgement = _judge(act, author.owner, reviewed, filings)
        if judgement.flaws:
            refused.append(_refuse(act, author, reviewed, judgement, rules))
        else:
            filings.append(FiledPicture(reviewed.upload.name, certify(act, author, reviewed, judgement.suspected, rules.ref)))
            warnings[filings[-1].filing.id] = reviewed.inspection.warnings
    return FiledPictures(folder_name.strip(), tuple(filings), tuple(refused), {id: codes for id, codes in warnings.items() if codes})


def author_of(act: Act, member: Identity, folder_name: str, count: int) -> Author:
    """For whom `count` pictures would be filed into a folder, whatever they are. Raises as `file_pictures` does."""
    folder_id = own_folder(act, member, folder_name)
    merchant = require_active(act, member)
    limit = act.law.in_force(act.now).limits.pictures
    if count > limit:
        raise Refusal("too_many_files", limit=limit, measured=count)
    if not count:
        raise Invalid({"file": ["at least one picture"]})
    return Author(member.member_id, member.member_id, folder_id, merchant.signed_version or "")


def _judge(act: Act, owner: str, reviewed: Reviewed, filed: Sequence[FiledPicture]) -> Judgement:
    """The flaws of the machine review, else whether the picture is the owner's to file, files of this request included."""
    inspection = reviewed.inspection
    if inspection.flaws:
        return Judgement(inspection.flaws)
    alike = {one.digest: one.likeness for one in reviewed.siblings} | {inspection.digest: filing.IDENTICAL}
    here = [Kin(one.filing.id, owner, alike[one.filing.digest]) for one in filed if one.filing.digest in alike]
    return filing.judge(owner, [*kin_of(act, inspection.digest, reviewed.originals), *here])


def certify(act: Act, author: Author, reviewed: Reviewed, suspected: Sequence[Kin], rules: RulebookRef) -> Filing:
    """Make the filing of a picture that nothing bars: the picture is stored before its event; it is sought among listings next (F2)."""
    inspection = reviewed.inspection
    keep_picture(act.platform, reviewed.upload.content, inspection)
    event = Filed(
        owner=author.owner,
        folder_id=author.folder_id,
        name=act.platform.sealer.seal(author.owner, reviewed.upload.name),
        digest=inspection.digest,
        size=inspection.size,
        format=inspection.format or "",
        width=inspection.width,
        height=inspection.height,
        fingerprint=inspection.fingerprint or b"",
        matcher=act.platform.matcher.version,
        declaration=author.declaration,
        dispute_id=author.dispute_id,
    )
    filing_id = act.new_id()
    happened = [Happened(act.now, event, author.by, rules)]
    if suspected:
        happened.append(Happened(act.now, FilingSuspected(tuple(_suspicion(inspection.digest, kin) for kin in suspected)), CLOCK))
    recorded = act.append(filing_id, happened)
    act.note(PutFiling(filing_id, author.owner, inspection.digest, "protected"))
    act.note(PutFingerprint("filings", inspection.digest, event.fingerprint))
    act.note(PutDue("listing_matching", filing_id, act.now))
    return found(filing.fold(filing_id, recorded))


def _refuse(act: Act, author: Author, reviewed: Reviewed, judgement: Judgement, rules: Rulebook) -> RefusedUpload:
    """Record the refusal of a picture, or only count it beyond the rulebook's number a day (rules B3, D5)."""
    name, inspection = reviewed.upload.name, reviewed.inspection
    if not act.count_attempt():
        return RefusedUpload(None, name, judgement.flaws, act.now)
    rival = judgement.rival
    if rival is not None:
        keep_picture(act.platform, reviewed.upload.content, inspection)
    refused_id, stream = act.new_id(), stream_of("attempts", author.owner)
    event = PictureRefused(
        refused_id=refused_id,
        owner=author.owner,
        folder_id=author.folder_id,
        name=act.platform.sealer.seal(author.owner, name),
        digest=inspection.digest,
        flaws=judgement.flaws,
        match=None if rival is None else _suspicion(inspection.digest, rival),
    )
    act.load(stream)
    act.append(stream, [Happened(act.now, event, author.by, rules.ref)])
    act.note(PutRefused(refused_id, author.owner, stream, inspection.digest, None if rival is None else rival.filing_id))
    return RefusedUpload(refused_id, name, judgement.flaws, act.now)


def _suspicion(digest: str, kin: Kin) -> Suspicion:
    return Suspicion(kin.filing_id, seen_of(digest, kin.likeness))


def delete_filing(act: Act, member: Identity, filing_id: str) -> Filing:
    """Take an own filing back; penalties that stand stay. Raises NotFound; Refusal: filing_in_use, filing_not_protected."""
    row = act.ask(FilingById(filing_id))
    if row is None or row.owner != member.member_id:
        raise NotFound
    in_use = False
    for case in act.ask(OpenCasesOfFiling(filing_id)):
        in_use = not live(act, case).ended or in_use
    in_use = in_use or _is_disputed(act, filing_id)
    act.about(member.member_id)
    state = load_filing(act, filing_id)
    decided = filing.withdraw(state, status_of(row), act.now, in_use)
    (recorded,) = act.append(filing_id, decided)
    act.note(PutFiling(filing_id, row.owner, row.digest, "withdrawn"))
    filing_fell(act, filing_id)
    return filing.evolve(state, recorded)


def status_of(row: FilingRow) -> FilingStatus:
    """How a filing stands by all that is decided, written down or not, in the contract's words (rule B7)."""
    return FilingStatus.CANCELLED if row.standing == "lost" else FilingStatus(row.standing)


def _is_disputed(act: Act, filing_id: str) -> bool:
    """While its right is disputed a filing stays, or a thief would take it back and have another file the picture (rule H1)."""
    for thing in act.ask(ThingsAbout("dispute", filing_id)):
        state = dispute.fold(thing.thing_id, act.load(thing.thing_id))
        if state is not None and state.status is DisputeStatus.OPEN:
            return True
    return False


def load_filing(act: Act, filing_id: str) -> Filing:
    """The filing of that id as its stream tells it. Raises NotFound."""
    return found(filing.fold(filing_id, act.load(filing_id)))
