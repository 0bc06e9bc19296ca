"""A case bundle: one zip with a page for people, the case's files, and a receipt for each of its events (rule G4).

`manifest.json` names every other file with its size and SHA-256, and `manifest.note` is the log key's signature over it. The
zip is written without compression and without a date, so the same case gives the same bytes. Verifying reads each file once,
never more of it than the manifest promises, so a zip bomb ends where it begins.
"""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Annotated

import msgspec
from msgspec import UNSET, Meta, Struct
from msgspec.structs import replace

from adapters.evidence.atomic import written_atomically
from adapters.evidence.attestation import certificates_in
from adapters.evidence.checkpoint import AnySigner, NoteError, PublicKey, opened
from adapters.evidence.envelope import UNREADABLE
from adapters.evidence.reading import NotAnExport, Tampered, printable
from adapters.evidence.receipt import Receipt, VerifiedReceipt, receipt_in, verify_receipt
from adapters.evidence.tlog_proof import proof_of
from adapters.evidence.trust import Trust
from adapters.evidence.zip_layout import check_layout, directory_of

FORMAT = "original-protection case bundle"
VERSION = 1
MANIFEST, NOTE, PAGE = "manifest.json", "manifest.note", "index.html"
RECEIPTS, PROOFS, AUTHORITIES = "receipts/", "proofs/", "authorities/"
OWN = (RECEIPTS, PROOFS, AUTHORITIES)
"""Where what the bundle adds of its own is: a receipt and a `.tlog-proof` an event, and once the certificates that tokens need."""
MOST_FILES = 20_000
MOST_SMALL_BYTES = 32 * 1024 * 1024
MOST_BYTES = 2 * 1024 * 1024 * 1024 - 1
MOST_DIRECTORY_BYTES = 32 * 1024 * 1024
BLOCK = 1 << 20
_DAMAGE = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
NAMES_OF_DIGESTS = frozenset({"digest", "picture"})
"""The members of events that name a file by its SHA-256."""
NO_DATE = (1980, 1, 1, 0, 0, 0)


class BundledFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the bundle."""

    name: str
    size: Annotated[int, Meta(ge=0, le=MOST_BYTES)]
    sha256: str


class MissingFile(Struct, frozen=True, forbid_unknown_fields=True):
    """What should be in the bundle and is not: the name it would have, what it is, and why it is not there."""

    name: str
    what: str
    why: str


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is in the bundle besides the manifest and its signature, and what should be and is not."""

    format: str
    version: int
    key: str
    files: Annotated[list[BundledFile], Meta(max_length=MOST_FILES)]
    missing: Annotated[list[MissingFile], Meta(max_length=MOST_FILES)] = []


class VerifiedBundle(Struct, frozen=True):
    """What a sound bundle holds: its receipts in the log's order and its files.

    Of the files, `in_events` are the very bytes whose SHA-256 an event here names; receipts prove themselves; everything else,
    `by_seal`, is what it is called on the word of whoever sealed the bundle. `missing` was said by the same.
    """

    key: PublicKey
    receipts: list[VerifiedReceipt]
    files: list[str]
    in_events: list[str]
    missing: list[MissingFile]
    authorities: tuple[bytes, ...] = ()

    @property
    def by_seal(self) -> list[str]:
        """The files that rest on the seal alone."""
        return [name for name in self.files if name not in self.in_events and not name.startswith((RECEIPTS, PROOFS))]


def write_bundle(
    path: Path,
    page_html: str,
    files: Mapping[str, bytes],
    receipts: Sequence[Receipt],
    signer: AnySigner,
    missing: Sequence[MissingFile] = (),
) -> None:
    """Write the bundle, whole or not at all. Raises ValueError for a file's name that is taken or leads elsewhere."""
    contents = {PAGE: page_html.encode()}
    for name, content in files.items():
        if not _fit(name) or name in (MANIFEST, NOTE, PAGE) or name.startswith(OWN):
            raise ValueError(f"a bundle cannot hold a file named {name!r}")
        contents[name] = content
    for certificate in {one for receipt in receipts for one in certificates_in(receipt.authorities)}:
        contents[f"{AUTHORITIES}{sha256(certificate).hexdigest()}.der"] = certificate
    for receipt in receipts:
        contents[f"{RECEIPTS}{receipt.index}.json"] = replace(receipt, authorities=UNSET).as_json()
        contents[f"{PROOFS}{receipt.index}.tlog-proof"] = proof_of(receipt).text.encode()
    listed = [BundledFile(name, len(content), sha256(content).hexdigest()) for name, content in contents.items()]
    manifest = msgspec.json.format(msgspec.json.encode(Manifest(FORMAT, VERSION, signer.public.text, listed, [*missing])), indent=2)
    contents |= {MANIFEST: manifest, NOTE: signer.sign(_sealed(manifest)).encode()}
    with written_atomically(path) as file, zipfile.ZipFile(file, "w") as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, NO_DATE), content)


def verify_bundle(path: Path, trust: Trust) -> VerifiedBundle:
    """Verify a bundle. Raises Tampered and NotAnExport."""
    try:
        with path.open("rb") as file:
            start = directory_of(file, MOST_FILES + 2, MOST_DIRECTORY_BYTES)
            with zipfile.ZipFile(file) as archive:
                check_layout(file, archive.infolist(), start)
                return _verified(archive, trust)
    except _DAMAGE as error:
        raise Tampered(f"the zip file is damaged: {error}") from None


def _sealed(manifest: bytes) -> str:
    return f"{FORMAT} {VERSION}\nsha256 {sha256(manifest).hexdigest()}\n"


def _fit(name: str) -> bool:
    """Whether a name stays inside the folder that the bundle is unpacked into."""
    return bool(name) and name.isprintable() and "\\" not in name and ":" not in name and _plain(PurePosixPath(name), name)


def _plain(path: PurePosixPath, name: str) -> bool:
    return not path.is_absolute() and ".." not in path.parts and str(path) == name


def _verified(archive: zipfile.ZipFile, trust: Trust) -> VerifiedBundle:
    names = archive.namelist()
    if MANIFEST not in names or NOTE not in names:
        raise NotAnExport("a zip file, but not a case bundle")
    if len(names) > MOST_FILES + 2 or len(set(names)) != len(names):
        raise Tampered("the bundle holds too many files, or one twice")
    manifest, key = _opened_manifest(archive, trust)
    listed = {file.name: file for file in manifest.files}
    if len(listed) != len(manifest.files) or {*listed, MANIFEST, NOTE} != set(names):
        raise Tampered(
            f"the bundle does not hold the files of its manifest: {', '.join(sorted(set(names) ^ {*listed, MANIFEST, NOTE})[:5])}"
        )
    if sum(file.size for file in manifest.files) > MOST_BYTES:
        raise Tampered("the bundle is larger than 2 GiB")
    own = {file.name: _check_file(archive, file, file.name.startswith(OWN)) for file in manifest.files}
    receipts = [_receipt(name, content, Trust(key, trust.checkpoint)) for name, content in own.items() if name.startswith(RECEIPTS)]
    _check_proofs(own)
    receipts.sort(key=lambda receipt: receipt.index)
    authorities = tuple(content for name, content in own.items() if name.startswith(AUTHORITIES))
    return VerifiedBundle(key, receipts, [*listed], [*_named_in_events(manifest, receipts)], manifest.missing, authorities)


def _check_proofs(own: Mapping[str, bytes]) -> None:
    """Whether each `.tlog-proof` says what a receipt says that was verified. Raises Tampered."""
    texts = {proof_of(receipt_in(content)).text.encode() for name, content in own.items() if name.startswith(RECEIPTS)}
    for name, content in own.items():
        if name.startswith(PROOFS) and content not in texts:
            raise Tampered(f"the proof {printable(name)} is not that of a receipt in the bundle")


def _opened_manifest(archive: zipfile.ZipFile, trust: Trust) -> tuple[Manifest, PublicKey]:
    raw, note = _small(archive, MANIFEST), _small(archive, NOTE)
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
        key = trust.key_of(manifest.key)
        sealed = opened(note.decode(), key) == _sealed(raw)
    except (*UNREADABLE, NoteError) as error:
        raise Tampered(f"the bundle's manifest: {error}") from None
    if not sealed or (manifest.format, manifest.version) != (FORMAT, VERSION):
        raise Tampered("the bundle's manifest is not the one that was signed")
    return manifest, key


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:
        content = file.read(MOST_SMALL_BYTES + 1)
    if len(content) > MOST_SMALL_BYTES:
        raise Tampered(f"the bundle's {name} is too large")
    return content


def _check_file(archive: zipfile.ZipFile, listed: BundledFile, keep: bool) -> bytes:
    """Compare a file with the manifest; its content is returned only if it is to be kept."""
    if keep and listed.size > MOST_SMALL_BYTES:
        raise Tampered(f"the file {listed.name} is too large for what it is")
    digest, read, kept = sha256(), 0, []
    with archive.open(listed.name) as opened_file:
        for block in _blocks(opened_file, listed.size + 1):
            digest.update(block)
            read += len(block)
            if keep:
                kept.append(block)
    if read != listed.size or digest.hexdigest() != listed.sha256:
        raise Tampered(f"the file {printable(listed.name)} is not the one of the manifest")
    return b"".join(kept)


def _blocks(file: IO[bytes], most: int) -> Iterator[bytes]:
    while most > 0 and (block := file.read(min(BLOCK, most))):
        most -= len(block)
        yield block


def _receipt(name: str, content: bytes, trust: Trust) -> VerifiedReceipt:
    try:
        return verify_receipt(content, trust)
    except Tampered as found:
        raise Tampered(f"{found.why} ({name})", found.n, found.event_id) from None


def _named_in_events(manifest: Manifest, receipts: Sequence[VerifiedReceipt]) -> Iterator[str]:
    named = {digest for receipt in receipts for digest in _digests(receipt.event)}
    return (file.name for file in manifest.files if file.sha256 in named)


def _digests(said: object) -> Iterator[str]:
    """What an event calls a file's digest, at any depth; a digest within a text that somebody wrote does not count."""
    match said:
        case dict():
            for name, value in said.items():
                if name in NAMES_OF_DIGESTS and isinstance(value, str):
                    yield value
                else:
                    yield from _digests(value)
        case list():
            for value in said:
                yield from _digests(value)
