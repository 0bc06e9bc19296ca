"""Signed checkpoints: the C2SP formats signed-note and tlog-checkpoint, with Ed25519 keys.

A checkpoint is a note of three lines (origin, size, root in base64), a blank line, and signatures. The key's name is the
log's origin. Everything here is text that other implementations of https://c2sp.org/tlog-checkpoint read and write too.
"""

from __future__ import annotations

import binascii
from hashlib import sha256
from typing import NoReturn, TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from msgspec import Struct

from adapters.evidence.merkle import HASH_BYTES

ED25519 = b"\x01"
MOST_NAME_CHARACTERS = 200
MOST_NOTE_CHARACTERS = 64 * 1024
MOST_SIGNATURES = 64


class NoteError(Exception):
    """A key, a note or a checkpoint that is malformed, or not signed by the key it is asked of. The text is one line."""


def to_base64(raw: bytes) -> str:
    """Standard base64 with padding, without a line break."""
    return binascii.b2a_base64(raw, newline=False).decode("ascii")


def from_base64(text: str) -> bytes:
    """The bytes, if the text is the one base64 form of them. Raises NoteError."""
    try:
        raw = binascii.a2b_base64(text, strict_mode=True)
    except (ValueError, binascii.Error):
        raise NoteError("not base64") from None
    if to_base64(raw) != text:
        raise NoteError("not the canonical base64 form")
    return raw


class PublicKey(Struct, frozen=True):
    """Who signs: a name without spaces or plus, which is also the log's origin, and 32 bytes of Ed25519."""

    name: str
    raw: bytes

    @property
    def key_id(self) -> bytes:
        """The four bytes by which a signature line names its key."""
        return key_id_of(self.name, ED25519 + self.raw)

    @property
    def text(self) -> str:
        """The one-line form that is published and compared: name+id+base64."""
        return f"{self.name}+{self.key_id.hex()}+{to_base64(ED25519 + self.raw)}"


def public_key_from_text(text: str) -> PublicKey:
    """Read a one-line public key. Raises NoteError."""
    name, raw = verifier_key(text)
    if len(raw) != 33 or raw[:1] != ED25519:
        raise NoteError("not an Ed25519 public key")
    return PublicKey(name, raw[1:])


def verifier_key(text: str) -> tuple[str, bytes]:
    """The name in a one-line key of any kind, and its bytes: the kind's byte, then the key itself. Raises NoteError."""
    parts = text.strip("\r\n").split("+", 2)
    if len(parts) != 3:
        raise NoteError("not a public key (name+id+base64)")
    name, raw = checked_name(parts[0]), from_base64(parts[2])
    if key_id_of(name, raw).hex() != parts[1]:
        raise NoteError("the public key does not belong to its name and id")
    return name, raw


def key_id_of(name: str, raw: bytes) -> bytes:
    """The four bytes that name a key in signature lines; `raw` begins with the byte of its kind."""
    return sha256(name.encode() + b"\n" + raw).digest()[:4]


def checked_name(name: str) -> str:
    """The name, if it can name a key and a log. Raises NoteError."""
    fit = 0 < len(name) <= MOST_NAME_CHARACTERS and name.isprintable() and "+" not in name and not any(c.isspace() for c in name)
    if not fit:
        raise NoteError("a key's name has 1 to 200 printable characters, without space or plus")
    return name


class KeyLost(NoteError):
    """The key is not here, yet there is what it signed: another one would begin another history."""


class Signer:
    """The private key of a log."""

    present = True
    """Whether it can sign."""

    def __init__(self, name: str, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = PublicKey(checked_name(name), private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The text (its lines end in a newline, the last too) as a signed note."""
        signature = to_base64(self.public.key_id + self._private.sign(text.encode()))
        return f"{text}\n— {self.public.name} {signature}\n"

    def sign_structure(self, structure: bytes) -> bytes:
        """The bare signature over bytes that no note could begin with."""
        return self._private.sign(structure)


class AbsentSigner:
    """A log's key of which only the public half is here, as in a backup that was made without keys."""

    present = False

    def __init__(self, public: PublicKey) -> None:
        self.public = public

    def sign_structure(self, structure: bytes) -> NoReturn:
        """Raises KeyLost."""
        self.sign("")

    def sign(self, text: str) -> NoReturn:
        """Raises KeyLost."""
        raise KeyLost("the signing key is not here, so nothing new is signed; what was signed can be read, exported and verified")


AnySigner: TypeAlias = Signer | AbsentSigner


def opened(note: str, key: PublicKey) -> str:
    """The text of a note that the key has signed. Signatures of others are passed over. Raises NoteError."""
    text, lines = parted(note)
    own = [raw[4:] for name, raw in map(signature_in, lines) if name == key.name and raw[:4] == key.key_id]
    if not own:
        raise NoteError("not signed by this key")
    verifier = Ed25519PublicKey.from_public_bytes(key.raw)
    for signature in own:
        try:
            verifier.verify(signature, text.encode())
        except InvalidSignature:
            raise NoteError("the signature is not this key's") from None
    return text


def parted(note: str) -> tuple[str, list[str]]:
    """The text of a note and its signature lines, of which nothing is verified yet. Raises NoteError."""
    if len(note) > MOST_NOTE_CHARACTERS:
        raise NoteError("the note is too long")
    if any(character < " " and character != "\n" for character in note):
        raise NoteError("the note has control characters")
    text, gap, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not gap or not text or lines.pop() != "" or not 1 <= len(lines) <= MOST_SIGNATURES:
        raise NoteError("not a signed note")
    return text + "\n", lines


def signature_in(line: str) -> tuple[str, bytes]:
    """The name in a signature line, and its bytes: four of the key's id, then the signature. Raises NoteError."""
    parts = line.split(" ")
    if len(parts) != 3 or parts[0] != "—" or not parts[1]:
        raise NoteError("not a signature line")
    raw = from_base64(parts[2])
    if len(raw) < 5:
        raise NoteError("not a signature")
    return parts[1], raw


class Checkpoint(Struct, frozen=True):
    """What a log was: its origin, how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"


def checkpoint_from_text(text: str) -> Checkpoint:
    """Read a checkpoint's lines; extension lines are refused, as this log never signs any. Raises NoteError."""
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[0]:
        raise NoteError("not a checkpoint (origin, size, root)")
    digits = lines[1]
    if not (digits.isascii() and digits.isdigit() and len(digits) <= 18 and (digits == "0" or digits[0] != "0")):
        raise NoteError("the checkpoint's size is not a number")
    root = from_base64(lines[2])
    if len(root) != HASH_BYTES:
        raise NoteError("the checkpoint's root is not 32 bytes")
    return Checkpoint(lines[0], int(digits), root)


def opened_checkpoint(note: str, key: PublicKey) -> Checkpoint:
    """The checkpoint of a note that the log's key has signed. Raises NoteError."""
    checkpoint = checkpoint_from_text(opened(note, key))
    if checkpoint.origin != key.name:
        raise NoteError("the checkpoint is another log's")
    return checkpoint
