"""A case bundle: one zip with a page for people, the case's files, and a receipt for each of its events (rule G4).

`manifest.json` names every other file with its size and SHA-256, and `manifest.note` is the log key's signature over it. The
zip is written without compression and without a date, so the same case gives the same bytes. Verifying reads each file once,
never more of it than the manifest promises, so a zip bomb ends where it begins.
"""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import IO, Annotated

import msgspec
from msgspec import Meta, Struct

from adapters.evidence.checkpoint import NoteError, PublicKey, Signer, opened
from adapters.evidence.envelope import UNREADABLE
from adapters.evidence.reading import NotAnExport, Tampered, printable
from adapters.evidence.receipt import Receipt, VerifiedReceipt, verify_receipt
from adapters.evidence.trust import Trust

FORMAT = "original-protection case bundle"
VERSION = 1
MANIFEST, NOTE, PAGE, RECEIPTS = "manifest.json", "manifest.note", "index.html", "receipts/"
MOST_FILES = 20_000
MOST_SMALL_BYTES = 32 * 1024 * 1024
MOST_BYTES = 2 * 1024 * 1024 * 1024 - 1
MOST_DIRECTORY_BYTES = 32 * 1024 * 1024
BLOCK = 1 << 20
END_BYTES = 22
_DAMAGE = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)
NO_DATE = (1980, 1, 1, 0, 0, 0)


class BundledFile(Struct, frozen=True, forbid_unknown_fields=True):
    """A file of the bundle."""

    name: str
    size: Annotated[int, Meta(ge=0, le=MOST_BYTES)]
    sha256: str


class Manifest(Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that is in the bundle besides the manifest and its signature."""

    format: str
    version: int
    key: str
    files: Annotated[list[BundledFile], Meta(max_length=MOST_FILES)]


class VerifiedBundle(Struct, frozen=True):
    """What a sound bundle holds: its receipts in the log's order, its files, and those whose digest an event names."""

    key: PublicKey
    receipts: list[VerifiedReceipt]
    files: list[str]
    in_events: list[str]


def write_bundle(path: Path, page_html: str, files: Mapping[str, bytes], receipts: Sequence[Receipt], signer: Signer) -> None:
    """Write the bundle, whole or not at all. Raises ValueError for a file's name that is taken or leads elsewhere."""
    contents = {PAGE: page_html.encode()}
    for name, content in files.items():
        if not _fit(name) or name in (MANIFEST, NOTE, PAGE) or name.startswith(RECEIPTS):
            raise ValueError(f"a bundle cannot hold a file named {name!r}")
        contents[name] = content
    contents |= {f"{RECEIPTS}{receipt.index}.json": receipt.as_json() for receipt in receipts}
    listed = [BundledFile(name, len(content), sha256(content).hexdigest()) for name, content in contents.items()]
    manifest = msgspec.json.format(msgspec.json.encode(Manifest(FORMAT, VERSION, signer.public.text, listed)), indent=2)
    contents |= {MANIFEST: manifest, NOTE: signer.sign(_sealed(manifest)).encode()}
    draft = path.with_name(path.name + ".part")
    with zipfile.ZipFile(draft, "w") as archive:
        for name, content in contents.items():
            archive.writestr(zipfile.ZipInfo(name, NO_DATE), content)
    draft.replace(path)


def verify_bundle(path: Path, trust: Trust) -> VerifiedBundle:
    """Verify a bundle. Raises Tampered and NotAnExport."""
    _check_directory(path)
    try:
        with zipfile.ZipFile(path) as archive:
            return _verified(archive, trust)
    except _DAMAGE as error:
        raise Tampered(f"the zip file is damaged: {error}") from None


def _check_directory(path: Path) -> None:
    """Look at the zip's end before `zipfile` reads the whole directory into memory. Raises Tampered."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - END_BYTES - 65_535))
        end = file.read()
    at = end.rfind(b"PK\x05\x06")
    if at < 0 or len(end) - at < END_BYTES:
        raise Tampered("the zip file is damaged: it has no end")
    entries, directory = struct.unpack_from("<HL", end, at + 10)
    if entries > MOST_FILES + 2 or directory > MOST_DIRECTORY_BYTES:
        raise Tampered("the zip file holds more than a case bundle can")


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
    receipts: list[VerifiedReceipt] = []
    for file in manifest.files:
        small = file.name.startswith(RECEIPTS)
        content = _check_file(archive, file, small)
        if small:
            receipts.append(_receipt(file.name, content, Trust(key, trust.checkpoint)))
    receipts.sort(key=lambda receipt: receipt.index)
    return VerifiedBundle(key, receipts, [*listed], [*_named_in_events(manifest, receipts)])


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
    said = b"\n".join(receipt.state for receipt in receipts if receipt.state is not None)
    return (file.name for file in manifest.files if file.sha256.encode() in said)
