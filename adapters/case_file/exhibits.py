"""The pictures and files of a case, each read from the vault and compared with the digest that its event names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from adapters.vault.contract import VaultDamaged
from adapters.vault.sealing import SealBroken
from adapters.wording.printer import quoted
from application.acting import Platform
from application.audit import CaseHistory
from application.ports import Upload
from domain.case.events import NoticeServed
from domain.events import Sealed
from domain.events.appeal import EvidenceUploaded
from domain.events.filing import Filed, VoucherGiven
from domain.events.listing import SightingMade

_ENDINGS = {b"\x89PNG": "png", b"RIFF": "webp", b"GIF8": "gif"}
GONE, DAMAGED = "it is not in the vault", "what is in the vault is not what the event names"


class Exhibit(NamedTuple):
    """A file: its name in the bundle, its bytes, and what they are."""

    name: str
    content: bytes
    caption: str


class MissingExhibit(NamedTuple):
    """What should be there: the name it would have, what it is, and why it is not; `wrong` unless it was erased by right."""

    name: str
    what: str
    why: str
    wrong: bool = True


def pictures(platform: Platform, history: CaseHistory, identities: bool) -> Iterator[Exhibit | MissingExhibit]:
    """What was filed, and what the listing showed."""
    listed: dict[str, None] = {}
    for line in history.lines:
        match line.fact.event:
            case Filed() as filed:
                yield from _pictures(platform, filed.digest, "pictures/filed", "The filed picture", untouched=identities)
            case NoticeServed(picture=str(digest)):
                listed.setdefault(digest)
            case SightingMade(seen=seen):
                listed.setdefault(seen.digest)
            case _:
                continue
    for number, digest in enumerate(listed, start=1):
        yield from _pictures(platform, digest, f"pictures/listing-{number}", "The picture of the listing", untouched=False)


def anonymous_pictures(platform: Platform, filed: str, listed: str | None) -> Iterator[Exhibit | MissingExhibit]:
    """The two pictures of a case for who may not know whose one of them is: of that one not even the original's digest is told."""
    yield from _pictures(platform, filed, "pictures/filed", "The filed picture", untouched=False, told=False)
    if listed is not None:
        yield from _pictures(platform, listed, "pictures/listing-1", "The picture of the listing", untouched=False)


def _pictures(
    platform: Platform, digest: str, name: str, what: str, untouched: bool, told: bool = True
) -> Iterator[Exhibit | MissingExhibit]:
    """A picture made anew from its checked original, without what was written beside it; and the original itself."""
    described = f"{what}, SHA-256 {digest}" if told else what
    try:
        original = platform.vault.get("original", digest)
    except (KeyError, VaultDamaged) as error:
        yield MissingExhibit(name, described, GONE if isinstance(error, KeyError) else DAMAGED)
        return
    scaled = platform.inspector.inspect_listings([Upload("", original)])[0].scaled
    if scaled is None:
        yield MissingExhibit(name, described, "its original is sound, but no picture could be made from it here")
    else:
        caption = f"{what}, made anew from the original without its metadata"
        of = f"; the original (not this file) has SHA-256 {digest}" if told else ""
        yield Exhibit(f"{name}.{_ending(scaled)}", scaled, caption + of)
    if untouched:
        yield Exhibit(f"{name}-original.{_ending(original)}", original, f"{what}, untouched; this file has SHA-256 {digest}")


def papers(platform: Platform, history: CaseHistory, identities: bool, room: int | None = None) -> Iterator[Exhibit | MissingExhibit]:
    """The evidence of the appeals, up to `room` bytes in all; with the identities also the vouchers of the filing."""
    taken = 0
    for number, line in enumerate(history.lines, start=1):
        match line.fact.event:
            case EvidenceUploaded(size=size, digest=digest) if room is not None and taken + size > room:
                what = f"Evidence for an appeal, sealed as SHA-256 {digest}"
                yield MissingExhibit(f"evidence/{number}-evidence.bin", what, "there is no room for it in this file", wrong=False)
            case EvidenceUploaded() as handed:
                taken += handed.size
                yield _opened(platform, handed.digest, handed.name, f"evidence/{number}-evidence.bin", "Evidence for an appeal")
            case VoucherGiven() as given if identities:
                yield _opened(platform, given.digest, given.name, f"vouchers/{number}-voucher.bin", f"Voucher: {given.kind}")
            case _:
                continue


def _opened(platform: Platform, digest: str, sealed: Sealed, path: str, what: str) -> Exhibit | MissingExhibit:
    """A sealed file, opened: the event names the digest of the sealed bytes, which are compared before.

    It leaves under a name that nothing runs or shows by itself; what it was called is in its caption.
    """
    sealer, described = platform.sealer, f"{what}, sealed as SHA-256 {digest}"
    try:
        name = sealer.open(sealed)
        if name is None:
            return MissingExhibit(path, described, "it was erased with whoever handed it in", wrong=False)
        content = sealer.open_bytes(platform.vault.get("sealed", digest))
    except KeyError:
        return MissingExhibit(path, described, GONE)
    except (VaultDamaged, SealBroken):
        return MissingExhibit(path, described, DAMAGED)
    if content is None:
        return MissingExhibit(path, described, "it cannot be opened any more", wrong=False)
    called = f"{what}, handed in as {quoted(name)}"
    return Exhibit(path, content, f"{called}, opened; the sealed file (not this one) has SHA-256 {digest}")


def _ending(picture: bytes) -> str:
    return _ENDINGS.get(picture[:4], "jpg")
