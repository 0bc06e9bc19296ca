"""Folders into which pictures are filed (rule B1)."""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from application.acting import Act
from application.index import FolderByName, NameFolder, PutFolder
from application.ports import Identity
from application.refusals import Invalid, NotFound
from domain.events import Happened
from domain.events.filing import FolderCreated, FolderRenamed
from domain.refusal import Refusal

LONGEST_NAME = 80
UNWELCOME = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Control characters, halves of characters, separators of lines."""


class CreatedFolder(NamedTuple):
    """A folder; `new` where it was made just now."""

    folder_id: str
    name: str
    new: bool


def create_folder(act: Act, member: Identity, name: str) -> CreatedFolder:
    """A named folder of the member's, the same one where it has one of that name. Raises Invalid for a name that is none."""
    name = folder_name(name)
    known = _find(act, member, name)
    if known is not None:
        return CreatedFolder(known, name, False)
    folder_id = act.new_id()
    sealed = act.platform.sealer.seal(member.member_id, name)
    act.append(folder_id, [Happened(act.now, FolderCreated(member.member_id, sealed), member.member_id)])
    act.note(PutFolder(folder_id, member.member_id, act.platform.sealer.blind(member.member_id, name)))
    return CreatedFolder(folder_id, name, True)


def rename_folder(act: Act, member: Identity, name: str, wanted: str) -> str:
    """Call a folder otherwise: its filings follow. Returns the name. Raises NotFound: unknown_folder; Invalid; Refusal: folder_exists."""
    folder_id = own_folder(act, member, name)
    wanted = folder_name(wanted)
    bearer = _find(act, member, wanted)
    if bearer == folder_id:
        return wanted
    if bearer is not None:
        raise Refusal("folder_exists")
    act.load(folder_id)
    renamed = FolderRenamed(member.member_id, act.platform.sealer.seal(member.member_id, wanted))
    act.append(folder_id, [Happened(act.now, renamed, member.member_id)])
    act.note(NameFolder(folder_id, act.platform.sealer.blind(member.member_id, wanted)))
    return wanted


def own_folder(act: Act, member: Identity, name: str) -> str:
    """The id of the member's folder of that name. Raises NotFound: unknown_folder."""
    known = _find(act, member, name.strip())
    if known is None:
        raise NotFound("unknown_folder")
    return known


def folder_name(name: str) -> str:
    """The name without white space around it. Raises Invalid: not 1 to 80 characters, or one that cannot be shown or addressed."""
    trimmed = name.strip()
    if not 1 <= len(trimmed) <= LONGEST_NAME:
        raise Invalid({"name": [f"a folder's name has 1 to {LONGEST_NAME} characters"]})
    if any(unicodedata.category(character) in UNWELCOME for character in trimmed):
        raise Invalid({"name": ["a folder's name has no control characters"]})
    if trimmed in (".", ".."):
        raise Invalid({"name": ["a path cannot name such a folder"]})
    return trimmed


def _find(act: Act, member: Identity, name: str) -> str | None:
    return act.ask(FolderByName(member.member_id, act.platform.sealer.blind(member.member_id, name)))
