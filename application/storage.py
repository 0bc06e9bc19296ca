"""How much a member may hand in: bytes a day, and files a case (rule H11). What is handed in for nothing is not taken."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from application.acting import Act, Platform
from application.cases import live
from application.index import BytesToday, CountBytes, OpenCasesWithMember, ThingsAbout
from application.refusals import NotFound, found
from domain.refusal import Refusal


def take_in(act: Act, member_id: str, contents: Sequence[bytes]) -> None:
    """Count what a member hands in on the clock's UTC day. Raises Refusal: storage_exhausted."""
    limit, day = act.law.in_force(act.now).storage.bytes_a_day, act.now.date().isoformat()
    asked = sum(map(len, contents))
    measured = act.ask(BytesToday(member_id, day)) + asked
    if measured > limit:
        raise Refusal("storage_exhausted", limit=limit, measured=measured, of="bytes_a_day")
    act.note(CountBytes(member_id, day, asked))


def notice_with_room(act: Act, member_id: str) -> str:
    """The case, by its notice not yet ended, that a file of evidence is counted on. Raises Refusal: no_open_notice, storage_exhausted."""
    rows = [row for row in act.ask(OpenCasesWithMember(member_id)) if row.respondent == member_id and row.notice_id is not None]
    standing = [row.case_id for row in rows if not live(act, row).ended]
    if not standing:
        raise Refusal("no_open_notice")
    for case_id in standing:
        if len(act.ask(ThingsAbout("evidence", case_id))) < act.law.in_force(act.now).storage.files_a_case:
            return case_id
    limit = act.law.in_force(act.now).storage.files_a_case
    raise Refusal("storage_exhausted", limit=limit, measured=limit + 1, of="files_a_case")


def refuse_too_many(act: Act, files: int) -> None:
    """Raises Refusal: storage_exhausted, where so many files hang on one filing or dispute."""
    limit = act.law.in_force(act.now).storage.files_a_case
    if files > limit:
        raise Refusal("storage_exhausted", limit=limit, measured=files, of="files_a_case")


def keep_sealed(platform: Platform, owner: str, content: bytes) -> str:
    """Keep a file sealed under its owner's key, on the disk before any event names it; the digest of what is kept."""
    sealed = platform.sealer.seal_bytes(owner, content)
    digest = hashlib.sha256(sealed).hexdigest()
    platform.vault.put("sealed", digest, sealed)
    return digest


def opened(platform: Platform, digest: str) -> bytes:
    """A file that was kept sealed. Raises NotFound where its owner was forgotten, or it is not there."""
    try:
        sealed = platform.vault.get("sealed", digest)
    except KeyError:
        raise NotFound from None
    return found(platform.sealer.open_bytes(sealed))
