"""A case in one file that is checked without the store: a page, the pictures, the evidence, and a receipt for each event (rule G4).

Without the identities nothing in it tells who complained: events of the complainant's and of others keep their place in the
proof, but not their content; the original picture stays out, for its metadata may name its maker (rule C5).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from adapters.case_report import KINDS_OF_THE_COMPLAINANT, Audience, Shown, page, report, text
from adapters.evidence.receipt import Receipt
from adapters.sealing import SealBroken
from adapters.vault import VaultDamaged
from adapters.wiring import House
from application.audit import CaseHistory, Line
from domain.events import Recorded, Sealed
from domain.events.appeal import EvidenceUploaded
from domain.events.complaint import NoticeServed
from domain.events.filing import Filed, VoucherGiven
from domain.events.listing import SightingMade

PNG = b"\x89PNG"

Content = tuple[str, tuple[bytes, str]]
"""A file: its name in the bundle, its content and what it is."""


def write(house: House, told: CaseHistory, file: Path, identities: bool) -> int:
    """Write the bundle of a case; how many events it holds. Raises OSError."""
    audience = Audience(identities, statements=identities)
    said = report(told, house.platform.sealer, house.platform.identities, audience)
    pictures, notes = dict(_pictures(house, told, identities)), _notes(identities)
    papers = dict(_papers(house, told, identities))
    papers["history.txt"] = (text(said).encode(), "the history as plain text")
    shown = [[Shown(name, caption) for name, (_, caption) in files.items()] for files in (pictures, papers)]
    receipts = list(_receipts(house, told, identities))
    contents = {name: content for name, (content, _) in (pictures | papers).items()}
    house.evidence.bundle(file, page(said, shown[0], shown[1], notes), contents, receipts)
    return len(receipts)


def _notes(identities: bool) -> list[str]:
    if identities:
        return []
    return ["Who the parties are is withheld, and so are the events that could tell: their receipts prove only that they are there."]


def _receipts(house: House, told: CaseHistory, identities: bool) -> Iterator[Receipt]:
    recorded = [(line, line.told) for line in told.lines if isinstance(line.told, Recorded)]
    receipts = house.evidence.receipts(fact.id for _, fact in recorded)
    for (line, _), receipt in zip(recorded, receipts, strict=True):
        yield receipt if identities or not _tells(line, receipt, told.case.complainant) else receipt.withheld()


def _tells(line: Line, receipt: Receipt, complainant: str) -> bool:
    """Whether an event could tell who complained: it names the complainant, or is of a stream of the complainant's or of others'."""
    return line.kind in KINDS_OF_THE_COMPLAINANT or complainant in str(receipt.reads)


def _pictures(house: House, told: CaseHistory, identities: bool) -> Iterator[Content]:
    listed: dict[str, None] = {}
    for line in told.lines:
        match line.told.event:
            case Filed() as filed:
                yield from _stored(house, "scaled", filed.digest, "pictures/filed", "The filed picture")
                if identities:
                    yield from _stored(house, "original", filed.digest, "pictures/filed-original", "The filed picture, untouched")
            case NoticeServed(picture=str(digest)):
                listed.setdefault(digest)
            case SightingMade(seen=seen):
                listed.setdefault(seen.digest)
            case _:
                continue
    for number, digest in enumerate(listed, start=1):
        yield from _stored(house, "scaled", digest, f"pictures/listing-{number}", "The picture of the listing")


def _papers(house: House, told: CaseHistory, identities: bool) -> Iterator[Content]:
    for number, line in enumerate(told.lines, start=1):
        match line.told.event:
            case EvidenceUploaded() as handed:
                yield from _opened(house, handed.digest, handed.name, f"evidence/{number}", "Evidence for an appeal")
            case VoucherGiven() as given if identities:
                yield from _opened(house, given.digest, given.name, f"vouchers/{number}", f"Voucher: {given.kind}")
            case _:
                continue


def _stored(house: House, kind: str, digest: str, name: str, caption: str) -> Iterator[Content]:
    """A picture of the vault, under a name that says what it is; nothing where it is missing (`originals doctor` tells)."""
    try:
        content = house.stores.vault.get(kind, digest)
    except (KeyError, VaultDamaged):
        return
    yield f"{name}.{'png' if content.startswith(PNG) else 'jpg'}", (content, f"{caption}, SHA-256 {digest}")


def _opened(house: House, digest: str, sealed: Sealed, path: str, caption: str) -> Iterator[Content]:
    """A sealed file, opened; nothing where its owner was forgotten."""
    try:
        content = house.platform.sealer.open_bytes(house.stores.vault.get("sealed", digest))
        name = house.platform.sealer.open(sealed)
    except (KeyError, SealBroken):
        return
    if content is not None and name is not None:
        yield f"{path}-{_plain(name)}", (content, caption)


def _plain(name: str) -> str:
    """A file's name that is safe in any folder."""
    return re.sub(r"[^A-Za-z0-9._-]+", "_", name)[-80:].lstrip(".") or "file"
