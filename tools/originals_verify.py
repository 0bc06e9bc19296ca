#!/usr/bin/env python3
"""Verifies what "Original Protection" hands out as evidence, without that product: exports, case bundles, certificates, receipts,
continuations, `.tlog-proof`s, COSE receipts, checkpoints with the cosignatures of witnesses, and tokens of time over them.

It is one file to be read in one sitting. It needs Python 3.11 and the package `cryptography`, and shares no line with the product.

    python originals_verify.py FILE [--key FILE] [--checkpoint FILE] [--policy FILE] [--max-age HOURS] [--event FILE]
                                    [--authority FILE] [--report FILE]

Exit code 0: sound, and the answer says what that rests on. 1: something is wrong, on one line. 2: not a file that can be verified.

What is checked, and by which document:
  tree and proofs     RFC 9162 (Certificate Transparency 2.0), 2.1: SHA-256, a leaf is 0x00 and the stored bytes of an event
  checkpoints         c2sp.org/signed-note, c2sp.org/tlog-checkpoint: Ed25519
  witnesses           c2sp.org/tlog-cosignature (Ed25519 and ML-DSA-44), c2sp.org/tlog-policy
  proofs              c2sp.org/tlog-proof
  COSE receipts       RFC 9942 over RFC 9052, in the deterministic CBOR of RFC 8949, 4.2
  time                RFC 3161 and RFC 5816, CMS of RFC 5652, of the three lines that a checkpoint's signature is over
  sealed replays      RFC 8785, and the root that the replay says it stood on

Whoever holds the log's key can sign another history. So a sound file shows who signed it only with --key or --policy, and that the
same was shown to others only with --checkpoint (one that you were given earlier) or --policy (what witnesses saw).
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import json
import re
import struct
import sys
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, NoReturn

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID

EXPORT, RECEIPT = "original-protection audit export", "original-protection receipt"
CONTINUATION, BUNDLE = "original-protection continuation", "original-protection case bundle"
MOST_LINE, MOST_SMALL, MOST_BUNDLE, MOST_FILES = 32 << 20, 32 << 20, (2 << 30) - 1, 20_000


class Wrong(Exception):
    """Something is not as it was signed: exit code 1."""


class Unusable(Exception):
    """Nothing that can be verified, or a question that cannot be answered: exit code 2."""


# --- the tree: RFC 9162, 2.1 -----------------------------------------------------------------------------------------------------------


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


class Tree:
    """The tree as it grows, of which no more is kept than the roots of its perfect subtrees, the widest first."""

    def __init__(self) -> None:
        self.size, self.roots = 0, list[bytes]()

    def add(self, leaf: bytes) -> None:
        merged, size = leaf, self.size
        while size & 1:
            merged, size = node_hash(self.roots.pop(), merged), size >> 1
        self.roots.append(merged)
        self.size += 1

    def root(self) -> bytes:
        if not self.roots:
            return sha256(b"").digest()
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = node_hash(left, root)
        return root


def root_from_inclusion(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes | None:
    """The root that an audit path leads to (2.1.3.2); None where the path is too long or too short."""
    if not 0 <= index < size:
        return None
    node, last, root = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return None
        if node & 1 or node == last:
            root = node_hash(sibling, root)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            root = node_hash(root, sibling)
        node, last = node >> 1, last >> 1
    return root if last == 0 else None


def consistent(old: int, new: int, old_root: bytes, new_root: bytes, path: list[bytes]) -> bool:
    """Whether the tree of `old` leaves begins the one of `new` (2.1.4.2)."""
    if not 0 <= old <= new:
        return False
    if old in (0, new):
        return not path and old_root == (new_root if old == new else sha256(b"").digest())
    path = list(path) if old & (old - 1) else [old_root, *path]
    if not path:
        return False
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        node, last = node >> 1, last >> 1
    return last == 0 and first == old_root and second == new_root


# --- notes, keys and checkpoints: C2SP -------------------------------------------------------------------------------------------------


def unbase64(text: object) -> bytes:
    """The bytes of the one base64 form of them."""
    try:
        raw = binascii.a2b_base64(str(text), strict_mode=True)
    except (ValueError, binascii.Error):
        raise Wrong("not base64") from None
    if base64.b64encode(raw).decode() != text:
        raise Wrong("not the canonical base64 form")
    return raw


ED25519, COSIGNED, COSIGNED_ML_DSA = 1, 4, 6
KEY_BYTES = {ED25519: 32, COSIGNED: 32, COSIGNED_ML_DSA: 1312}


@dataclass(frozen=True)
class Key:
    """A key in its one-line form `name+id+base64`: of a log (kind 1) or of a witness (4 or 6)."""

    name: str
    kind: int
    raw: bytes

    @property
    def id(self) -> bytes:
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.raw).digest()[:4]

    @property
    def text(self) -> str:
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(bytes([self.kind]) + self.raw).decode()}"


def key_from(text: str) -> Key:
    name, _, rest = text.partition("+")
    raw = unbase64(rest.partition("+")[2])
    if not raw or KEY_BYTES.get(raw[0]) != len(raw) - 1:
        raise Wrong("not a public key of a kind that is known (name+id+base64)")
    if not name or not name.isprintable() or any(one.isspace() for one in name):
        raise Wrong("a key's name has printable characters, without space or plus")
    key = Key(name, raw[0], raw[1:])
    if key.text != text:
        raise Wrong("the public key does not belong to its name and id, or is not in its one form")
    return key


def parted(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text of a note and its signatures, none of them verified: name and bytes (four of the key's id, then the signature)."""
    if any(one < " " and one != "\n" for one in note):
        raise Wrong("the note has control characters")
    text, gap, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    if not gap or not text or lines.pop() != "" or not 1 <= len(lines) <= 64:
        raise Wrong("not a signed note")
    signatures = []
    for line in lines:
        parts = line.split(" ")
        if len(parts) != 3 or parts[0] != "—" or not parts[1]:
            raise Wrong("not a signature line")
        signatures.append((parts[1], unbase64(parts[2])))
    return text + "\n", signatures


def opened(note: str, key: Key) -> str:
    """The text of a note that the log's key signed; signatures of others are passed over."""
    text, signatures = parted(note)
    own = [raw[4:] for name, raw in signatures if name == key.name and raw[:4] == key.id]
    if not own or key.kind != ED25519:
        raise Wrong("not signed by this key")
    for signature in own:
        try:
            Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, text.encode())
        except InvalidSignature:
            raise Wrong("the signature is not this key's") from None
    return text


@dataclass(frozen=True)
class Checkpoint:
    """The size and root that a note signs; `text` is its three lines, `note` all of it, tokens may be over the text."""

    origin: str
    size: int
    root: bytes
    text: str
    note: str
    tokens: tuple[tuple[bytes, str], ...] = ()


def number(text: str, what: str) -> int:
    if not re.fullmatch("0|[1-9][0-9]{0,17}", text):
        raise Wrong(f"{what} is not a number")
    return int(text)


def checkpoint_in(note: str, key: Key, tokens: Iterable[Any] = ()) -> Checkpoint:
    text = opened(note, key)
    lines = text.split("\n")
    if len(lines) != 4 or lines[3]:
        raise Wrong("not a checkpoint (origin, size, root)")
    root = unbase64(lines[2])
    if lines[0] != key.name or len(root) != 32:
        raise Wrong("the checkpoint is another log's, or its root is not of 32 bytes")
    kept = tuple((unbase64(one["token"]), str(one["authority"])) for one in tokens)
    return Checkpoint(lines[0], number(lines[1], "the checkpoint's size"), root, text, note, kept)


# --- witnesses: tlog-cosignature and tlog-policy ---------------------------------------------------------------------------------------


def cosigned_at(witness: Key, checkpoint: Checkpoint, signed: bytes) -> int:
    """When the witness saw the checkpoint, in seconds since 1970."""
    at, signature = int.from_bytes(signed[:8], "big"), signed[8:]
    try:
        if witness.kind == COSIGNED:
            Ed25519PublicKey.from_public_bytes(witness.raw).verify(signature, f"cosignature/v1\ntime {at}\n{checkpoint.text}".encode())
        else:
            from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA44PublicKey

            name, origin = witness.name.encode(), checkpoint.origin.encode()
            message = b"subtree/v1\n\0" + bytes([len(name)]) + name + struct.pack(">Q", at)
            message += bytes([len(origin)]) + origin + struct.pack(">QQ", 0, checkpoint.size) + checkpoint.root
            MLDSA44PublicKey.from_public_bytes(witness.raw).verify(signature, message)
    except (InvalidSignature, ValueError):
        raise Wrong(f"the cosignature of {witness.name} is broken: it is not over this checkpoint") from None
    except (ImportError, UnsupportedAlgorithm):
        raise Wrong(f"the ML-DSA-44 cosignature of {witness.name} cannot be checked here: `cryptography` has no ML-DSA") from None
    return at


@dataclass
class Policy:
    """Which logs are trusted, who their witnesses are, and how many of these are enough."""

    logs: list[Key] = field(default_factory=list)
    witnesses: dict[str, Key] = field(default_factory=dict)
    groups: dict[str, tuple[int, list[str]]] = field(default_factory=dict)
    quorum: str | None = None

    def met(self, seen: set[str], name: str | None = None) -> bool:
        name = name or self.quorum or ""
        if name not in self.groups:
            return name == "none" or name in seen
        enough, members = self.groups[name]
        return sum(self.met(seen, member) for member in members) >= enough


def policy_from(content: bytes) -> Policy:
    policy, taken = Policy(), set[str]()
    if any((byte < 0x20 and byte not in (9, 10)) or byte == 0x7F for byte in content):
        raise Wrong("the policy has control characters")
    for place, line in enumerate(content.decode("utf-8", "surrogateescape").split("\n"), 1):
        words = re.split("[ \t]+", line.strip(" \t"))
        if words == [""] or words[0].startswith("#"):
            continue
        try:
            _policy_line(policy, taken, words)
        except (Wrong, IndexError) as why:
            raise Wrong(f"line {place} of the policy: {why}") from None
    if policy.quorum is None:
        raise Wrong("the policy has no quorum")
    return policy


def _policy_line(policy: Policy, taken: set[str], words: list[str]) -> None:
    def defined(name: str) -> str:
        if name not in policy.witnesses and name not in policy.groups:
            raise Wrong(f"{name} is defined on no line before")
        return name

    def new(name: str) -> str:
        if name == "none" or name in policy.witnesses or name in policy.groups:
            raise Wrong(f"the name {name} is taken")
        return name

    match words:
        case ["log", key] | ["log", key, _]:
            policy.logs.append(key_from(key))
        case ["witness", name, key] | ["witness", name, key, _]:
            read = key_from(key)
            if read.kind == ED25519 or read.raw in [one.raw for one in policy.witnesses.values()]:
                raise Wrong("not the key of a witness, or there already")
            policy.witnesses[new(name)] = read
        case ["group", name, count, _, *_]:
            members = [defined(one) for one in words[3:]]
            if taken & set(members) or len(set(members)) < len(members):
                raise Wrong("a member stands twice")
            taken.update(members)
            enough = {"all": len(members), "any": 1}.get(count) or number(count, "the group's count")
            if not 1 <= enough <= len(members):
                raise Wrong(f"no one can meet it: {enough} of {len(members)} members")
            policy.groups[new(name)] = enough, members
        case ["quorum", name] if policy.quorum is None:
            policy.quorum = name if name == "none" else defined(name)
        case _:
            raise Wrong("it is none of log, witness, group and the one quorum")


def witnessed(policy: Policy, log: Key, checkpoints: list[Checkpoint], max_age: int | None) -> str:
    """Who saw the largest of the checkpoints that enough witnesses saw, in words."""
    if policy.logs and log not in policy.logs:
        raise Wrong(f"the policy is about another log: it names {', '.join(one.name for one in policy.logs)}, and this is {log.name}")
    now, late = time.time(), ""
    for checkpoint in sorted(checkpoints, key=lambda one: one.size, reverse=True):
        seen: dict[str, int] = {}
        for signer, raw in parted(checkpoint.note)[1]:
            for name, witness in policy.witnesses.items():
                if (signer, raw[:4]) == (witness.name, witness.id):
                    seen[name] = cosigned_at(witness, checkpoint, raw[4:])
        ahead = [name for name, at in seen.items() if at > now + 300]
        if ahead:
            raise Wrong(f"the cosignature of {ahead[0]} is of a time that is still to come")
        fresh = {name for name, at in seen.items() if max_age is None or at >= now - max_age * 3600}
        said = ", ".join(f"{name} at {instant(at)}" for name, at in seen.items())
        if policy.met(fresh):
            return f"witnessed: the first {checkpoint.size} events, by {said or 'nobody, as the policy allows'}"
        if policy.met(set(seen)):
            late = late or f"the cosignatures are too old: the first {checkpoint.size} events were seen by {said}"
    raise Wrong(late or f"the quorum is not met: the policy asks for {policy.quorum}, and that did not cosign")


def instant(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")


# --- what the verifier brings along, and what it found ---------------------------------------------------------------------------------


@dataclass
class Given:
    """Files that whoever verifies trusts."""

    key: Key | None = None
    checkpoint: str | None = None
    policy: Policy | None = None
    max_age: int | None = None
    event: bytes | None = None
    authorities: list[bytes] | None = None
    report: Any = None

    def key_of(self, text: object) -> Key:
        """The key that a file names, if it is the trusted one."""
        key = key_from(str(text))
        if self.key is not None and key != self.key:
            raise Wrong(f"signed by the key {key.text}, not by the trusted key {self.key.text}")
        return key

    def key_for(self, note: str) -> Key:
        """The trusted key for a note that names none but its origin."""
        keys = [self.key] if self.key else self.policy.logs if self.policy else []
        if not keys:
            raise Unusable("this names no key: give the log's (--key), or a policy that names it (--policy)")
        own = [one for one in keys if one.name == note.partition("\n")[0]]
        return own[0] if own else refuse(f"the checkpoint is of the log {note.partition(chr(10))[0]}, not of one that is trusted")

    def earlier(self, key: Key) -> Checkpoint | None:
        try:
            return None if self.checkpoint is None else checkpoint_in(self.checkpoint, key)
        except Wrong as why:
            raise Wrong(f"the given checkpoint: {why}") from None


def refuse(why: str) -> NoReturn:
    raise Wrong(why)


@dataclass
class Found:
    """A sound file in words, and what others may attest: of each list of checkpoints one is enough."""

    lines: list[str]
    key: Key
    attested: list[list[Checkpoint]]
    authorities: list[bytes] = field(default_factory=list)


def no_twins(members: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({name for name, _ in members}) != len(members):
        raise ValueError("a name stands twice in one object")
    return dict(members)


def json_in(raw: bytes | str) -> Any:
    try:
        return json.loads(raw, object_pairs_hook=no_twins)
    except (ValueError, RecursionError) as error:
        raise Wrong(f"the file cannot be read: {error}") from None


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same JSON (in Python True equals 1)."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def same_as_given(own: Checkpoint, given: Checkpoint | None) -> None:
    if given is not None and given.size != own.size:
        raise Unusable(f"this is at size {own.size} and can be compared with a checkpoint of that size only, not of {given.size}")
    if given is not None and given.root != own.root:
        raise Wrong(f"the history is forked: the given checkpoint of size {given.size} has another root")


# --- receipts and certificates ---------------------------------------------------------------------------------------------------------

ABOUT = (
    "This certifies that the picture whose SHA-256 is {digest} was filed by the member {owner} at {at}. "
    "The receipt holds the event as it was recorded and the proof that it is in the log whose checkpoint is signed by the key. "
    "Anyone can verify this file offline: `originals audit verify FILE`."
)
RECEIPT_MEMBERS = {"format", "version", "index", "size", "leaf", "event", "reads", "proof", "checkpoint", "key"}


def event_words(index: int, event: dict[str, Any] | None) -> str:
    if event is None:
        return f"event {index}: content withheld"
    inner = event.get("event")
    kind = inner.get("type") if isinstance(inner, dict) else None
    return f"event {index}: {kind}, id {event.get('id')}, at {event.get('at')}, recorded at {event.get('recorded_at')}"


def object_in(state: bytes) -> dict[str, Any] | None:
    try:
        read = json.loads(state)
    except ValueError:
        return None
    return read if isinstance(read, dict) else None


def receipt(raw: bytes, given: Given) -> Found:
    members = json_in(raw)
    if not isinstance(members, dict) or ("receipt" not in members and "checkpoint" not in members):
        raise Unusable("neither an export, a receipt, a proof, a checkpoint nor a case bundle")
    body = members.get("receipt", members)
    if body is members and "path" in members:
        body = members = receipt_in(members)
    index, checkpoint, key, event = checked_receipt(body, given)
    lines = [f"verified: {event_words(index, event)}"]
    if body is not members:
        lines += check_claims(members, event)
    lines += [f"root: {base64.b64encode(checkpoint.root).decode()} of {checkpoint.size} events", f"key: {key.text}"]
    return Found(lines, key, [[checkpoint]], [unbase64(one) for one in body.get("authorities", [])])


INCLUSION_MEMBERS = {"index", "size", "root", "leaf", "path", "event", "reads", "checkpoint", "key"}


def receipt_in(inclusion: dict[str, Any]) -> dict[str, Any]:
    """The receipt that says the same as an auditor's proof of an event, in which hashes are hexadecimal."""
    if set(inclusion) != INCLUSION_MEMBERS:
        raise Wrong("the proof has not the members of one")
    if inclusion["checkpoint"].splitlines()[2:3] != [inclusion["root"]]:
        raise Wrong("the root is not the one of the checkpoint")
    base64s = [base64.b64encode(bytes.fromhex(one)).decode() for one in (inclusion["leaf"], *inclusion["path"])]
    same = {name: inclusion[name] for name in ("index", "size", "event", "reads", "checkpoint", "key")}
    return {"format": RECEIPT, "version": 1, "leaf": base64s[0], "proof": base64s[1:], **same}


def checked_receipt(body: Any, given: Given) -> tuple[int, Checkpoint, Key, dict[str, Any] | None]:
    if not isinstance(body, dict) or not RECEIPT_MEMBERS <= set(body) <= RECEIPT_MEMBERS | {"timestamps", "authorities"}:
        raise Wrong("the receipt has not the members of one")
    if (body["format"], body["version"]) != (RECEIPT, 1):
        raise Wrong(f"the receipt is not of the format {RECEIPT!r}, version 1")
    index, size = body["index"], body["size"]
    if type(index) is not int or type(size) is not int:
        raise Wrong("the receipt's index and size are not numbers")
    key = given.key_of(body["key"])
    checkpoint = checkpoint_in(str(body["checkpoint"]), key, body.get("timestamps", []))
    leaf, event = unbase64(body["leaf"]), None
    if body["event"] is not None:
        state = unbase64(body["event"])
        event = object_in(state)
        if leaf_hash(state) != leaf:
            raise Wrong(f"event {index}: the content is not the one whose hash is given")
        if not same(body["reads"], event):
            raise Wrong(f"event {index}: the reading is not what the content says")
    elif body["reads"] is not None:
        raise Wrong(f"event {index}: it is withheld, yet the receipt says what it reads")
    path = [unbase64(one) for one in body["proof"]]
    if checkpoint.size != size or root_from_inclusion(leaf, index, size, path) != checkpoint.root:
        raise Wrong(f"event {index}: the proof does not lead to the signed checkpoint")
    same_as_given(checkpoint, given.earlier(key))
    return index, checkpoint, key, event


def check_claims(members: dict[str, Any], event: dict[str, Any] | None) -> list[str]:
    """Whether all that a certificate says is what its event says; what nothing proves is given back, as a line."""
    inner = event.get("event") if event else None
    sources = [one for one in (inner, event) if isinstance(one, dict)]
    for name, value in members.items():
        if name not in ("receipt", "about") and not any(name in one and same(value, one[name]) for one in sources):
            raise Wrong(f"the certificate claims {name!r}, which the event does not say")
    if "about" not in members:
        return []
    if not isinstance(inner, dict) or event is None or inner.get("type") != "Filed":
        return ["NOT verified: what the file says of itself in `about`; no event says it"]
    if members["about"] != ABOUT.format(digest=inner.get("digest"), owner=inner.get("owner"), at=event.get("at")):
        raise Wrong("the certificate's text for people, `about`, is not the one that its event gives")
    return [f"owner: {inner.get('owner')}", f"digest: {inner.get('digest')}", f"at: {event.get('at')}"]


# --- .tlog-proof, checkpoints and continuations ----------------------------------------------------------------------------------------


def tlog_proof(raw: bytes, given: Given) -> Found:
    try:
        head, gap, note = raw.decode().partition("\n\n")
    except UnicodeDecodeError:
        raise Wrong("the proof is not text") from None
    lines = head.split("\n")
    if not gap or lines.pop(0) != "c2sp.org/tlog-proof@v1":
        raise Wrong("the proof cannot be read: not a c2sp.org/tlog-proof@v1")
    extra = unbase64(lines.pop(0)[6:]) if lines and lines[0].startswith("extra ") else None
    if not lines or not lines[0].startswith("index "):
        raise Wrong("the proof cannot be read: it names no index")
    index, path = number(lines.pop(0)[6:], "the proof's index"), [unbase64(one) for one in lines]
    key, state = given.key_for(note), extra if given.event is None else given.event
    if state is None:
        raise Unusable("the proof holds no event: give its bytes (--event)")
    checkpoint = checkpoint_in(note, key)
    if len(path) > 63 or root_from_inclusion(leaf_hash(state), index, checkpoint.size, path) != checkpoint.root:
        raise Wrong(f"event {index}: the proof does not lead from this event to the signed checkpoint")
    same_as_given(checkpoint, given.earlier(key))
    return Found([f"verified: {event_words(index, object_in(state))}", f"key: {key.text}"], key, [[checkpoint]])


def cose_receipt(raw: bytes, given: Given) -> Found:
    """The signature is over the root alone, so place and size are believed only as the signed claims have them."""
    try:
        (tag, [protected, beside, payload, signature]), end = cbor(raw)
        head, _ = cbor(protected)
        (proof,) = beside[396][-1]
        (size, index, path), end_of_proof = cbor(proof)
        claims, key_id, form = head[15], head[4], (head[1], head[395], tag, payload, end, end_of_proof)
        claimed, issuer = (claims["size"], claims["index"]), str(claims[1])
        sound = all(type(one) is bytes and len(one) == 32 for one in path) and type(signature) is bytes and len(raw) < 1 << 14
        if form != (-8, 1, 18, None, len(raw), len(proof)) or not sound or (type(size), type(index)) != (int, int):
            raise ValueError
    except (ValueError, KeyError, TypeError, IndexError, RecursionError):
        raise Wrong("the COSE receipt cannot be read") from None
    key = given.key_for(issuer)
    if given.event is None:
        raise Unusable("a COSE receipt holds no event: give its bytes (--event)")
    if key_id != key.id:
        raise Wrong(f"the receipt is of another key of the log {issuer}")
    root = root_from_inclusion(leaf_hash(given.event), index, size, path) if len(path) < 64 and 0 <= index < size else None
    if root is None or claimed != (size, index):
        raise Wrong(f"event {index}: the proof does not lead from this event to its place")
    try:
        length = bytes([0x58, len(protected)]) if len(protected) < 256 else b"\x59" + len(protected).to_bytes(2, "big")
        signed = b"\x84\x6aSignature1" + length + protected + b"\x40\x58\x20" + root
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, signed)
    except InvalidSignature:
        raise Wrong(f"event {index}: the signature is not the log's over the root that the proof leads to") from None
    checkpoint = Checkpoint(key.name, size, root, "", "")
    same_as_given(checkpoint, given.earlier(key))
    return Found([f"verified: {event_words(index, object_in(given.event))}", f"key: {key.text}"], key, [[]])


def cbor(raw: bytes, at: int = 0) -> tuple[Any, int]:
    """The value at a place, and where it ends. Raises ValueError, IndexError."""
    kind, count, at = raw[at] >> 5, raw[at] & 31, at + 1
    if (kind, count) == (7, 22):
        return None, at
    if count > 23:
        width = {24: 1, 25: 2, 26: 4, 27: 8}[count]
        count, at = int.from_bytes(raw[at : at + width], "big"), at + width
    if kind in (0, 1):
        return (count if kind == 0 else -1 - count), at
    if kind in (2, 3):
        text = raw[at : at + count]
        return (text if kind == 2 else text.decode()), at + count
    if kind not in (4, 5, 6) or count > 1024:
        raise ValueError
    items = []
    for _ in range({4: count, 5: 2 * count, 6: 1}[kind]):
        item, at = cbor(raw, at)
        items.append(item)
    return {4: items, 5: dict(zip(items[::2], items[1::2], strict=True)) if kind == 5 else None, 6: (count, *items)}[kind], at


def proof_text(receipt: dict[str, Any]) -> bytes:
    """The `.tlog-proof` that says the same as a receipt."""
    extra = [] if receipt["event"] is None else [f"extra {receipt['event']}"]
    lines = ["c2sp.org/tlog-proof@v1", *extra, f"index {receipt['index']}", *receipt["proof"], "", receipt["checkpoint"]]
    return "\n".join(lines).encode()


def bare_checkpoint(raw: bytes, given: Given) -> Found:
    try:
        note = raw.decode().rstrip("\n") + "\n"
    except UnicodeDecodeError:
        raise Wrong("the checkpoint is not text") from None
    key = given.key_for(note)
    checkpoint = checkpoint_in(note, key)
    same_as_given(checkpoint, given.earlier(key))
    return Found([f"verified: a checkpoint of {checkpoint.size} events", f"key: {key.text}"], key, [[checkpoint]])


def continuation(raw: bytes, given: Given) -> Found:
    body = json_in(raw)
    if set(body) != {"format", "version", "earlier", "later", "proof", "key"} or body["version"] != 1:
        raise Wrong("the continuation has not the members of one")
    key = given.key_of(body["key"])
    earlier, later = (checkpoint_in(str(body[name]), key) for name in ("earlier", "later"))
    if not consistent(earlier.size, later.size, earlier.root, later.root, [unbase64(one) for one in body["proof"]]):
        raise Wrong(f"the log of {later.size} events does not begin with the one of {earlier.size}")
    known = given.earlier(key)
    if known is not None:
        same_as_given(next((one for one in (earlier, later) if one.size == known.size), later), known)
    lines = [f"verified: the log of {later.size} events begins with the one of {earlier.size}", f"key: {key.text}"]
    return Found(lines, key, [[earlier, later]])


# --- exports ---------------------------------------------------------------------------------------------------------------------------


def members_of(text: str) -> dict[str, str]:
    """The members of a JSON object, each as the very text that it has there. Raises ValueError."""
    found, at, decoder = dict[str, str](), text.index("{") + 1, json.JSONDecoder()
    while text[at] != "}":
        name, at = decoder.raw_decode(text, at)
        if text[at] != ":":
            raise ValueError("not in the form in which it is stored")
        _, end = decoder.raw_decode(text, at + 1)
        found[name], at = text[at + 1 : end], end
        at += text[at] == ","
    return found


def event_line(n: int, origin: str, state: bytes, leaf: str) -> bytes:
    """The one line that event number `n` may have: a function of its number, the log's origin and its stored bytes."""
    source = json.dumps(origin, ensure_ascii=False)
    try:
        if b"\n" in state:
            raise ValueError
        json.loads(state)
        own = members_of(state.decode())
        values = [own["id"], members_of(own["event"])["type"], own["originator_id"], own["at"], own["recorded_at"]]
        if not all(one.startswith('"') for one in values):
            raise ValueError
    except (ValueError, KeyError, IndexError, RecursionError):
        encoded = base64.b64encode(state).decode()
        return (
            f'{{"specversion":"1.0","id":"unreadable-{n}","source":{source},"type":"unreadable","sequence":"{n}","leafhash":"{leaf}",'
            f'"datacontenttype":"application/octet-stream","data_base64":"{encoded}"}}\n'
        ).encode()
    head = (
        f'{{"specversion":"1.0","id":{values[0]},"source":{source},"type":{values[1]},"subject":{values[2]},"time":{values[3]},'
        f'"recordedat":{values[4]},"sequence":"{n}","leafhash":"{leaf}","datacontenttype":"application/json","data":'
    )
    return head.encode() + state + b"}\n"


def state_in(line: bytes) -> bytes | None:
    """The stored bytes in a line: no quote follows a comma unescaped within a JSON string, so the first mark is the attribute's."""
    for mark, end in ((b',"data":', -2), (b',"data_base64":"', -3)):
        if mark in line:
            state = line[line.index(mark) + len(mark) : end]
            try:
                return state if end == -2 else base64.b64decode(state, validate=True)
            except ValueError:
                return None
    return None


def lines_in(file: BinaryIO) -> Iterator[bytes]:
    while line := file.readline(MOST_LINE):
        if not line.endswith(b"\n"):
            raise Wrong("a line is too long" if len(line) == MOST_LINE else "the file ends in the middle of a line")
        yield line


def sealed(head: dict[str, Any], line: bytes, key: Key) -> bool:
    """Whether the head's seal is the key's over the line as it reads with an empty seal."""
    seal = json.dumps(head["seal"], ensure_ascii=False).encode()
    if line.count(b'"seal":' + seal) != 1:
        raise Wrong("the head's seal is not in its one form")
    unsealed = line.replace(b'"seal":' + seal, b'"seal":""')
    return opened(str(head["seal"]), key) == f"{EXPORT} 1\nsha256 {sha256(unsealed).hexdigest()}\n"


def export(path: Path, given: Given) -> Found:
    with path.open("rb") as file:
        lines = lines_in(file)
        line = next(lines, b"")
        head = json_in(line)
        try:
            if (head["format"], head["version"], head["tree"]["algorithm"]) != (EXPORT, 1, "RFC 9162 SHA-256"):
                raise Wrong(f"the head is not of the format {EXPORT!r}, version 1")
            key, tree, sizes = given.key_of(head["key"]), head["tree"], head["checkpoints"]["sizes"]
            if not sealed(head, line, key):
                raise Wrong("the head is not the one that was sealed")
            attested = [checkpoint_in(str(one["checkpoint"]), key, one.get("timestamps", [])) for one in head.get("attested", [])]
            authorities = [unbase64(one) for one in head.get("authorities", [])]
            nodes = bytes.fromhex(tree["nodes"])
        except (KeyError, TypeError, ValueError) as error:
            raise Wrong(f"the head cannot be read: {error!r}") from None
        size, earlier = tree["size"], given.earlier(key)
        if type(tree["level"]) is not int or not 0 <= tree["level"] < 64:
            raise Wrong("the head cannot be read: its level is that of no tree")
        if head["origin"] != key.name or sizes != sorted(set(sizes)) or sizes[-1:] != [size] or len(nodes) != (size >> tree["level"]) * 32:
            raise Wrong("the head contradicts itself")
        for known in [*attested, *([earlier] if earlier else [])]:
            if known.size > size:
                raise Wrong(f"the history is cut: it has {size} events, and had {known.size} at a checkpoint that is given or attested")
        replays = sealed_replays(path)
        wanted = {
            *sizes,
            *(one.size for one in attested),
            *(one["size"] for _, one in replays if type(one.get("size")) is int),
            earlier.size if earlier else 0,
        }
        roots = check_events(lines, head["origin"], size, wanted, tree["level"], nodes)
        check_checkpoints(lines, sizes, head["checkpoints"]["sha256"], key, roots)
    if base64.b64encode(roots[size]).decode() != tree["root"]:
        raise Wrong("it or an event after the last whole subtree is not what the log's key signed")
    for known in [*attested, *([earlier] if earlier else [])]:
        if roots[known.size] != known.root:
            raise Wrong(f"the history is forked: its first {known.size} events are not those of a checkpoint that is given or attested")
    found = [f"verified: {size} events, {len(sizes)} checkpoints", f"root: {tree['root']}", f"key: {key.text}"]
    return Found(found + check_replays(replays, roots, given.report), key, [attested], authorities)


def check_events(lines: Iterator[bytes], origin: str, size: int, wanted: set[int], level: int, nodes: bytes) -> dict[int, bytes]:
    """The roots at the wanted sizes, of events each of which stands in its place as it was recorded."""
    tree, roots, part = Tree(), dict[int, bytes](), Tree()
    for n in range(size):
        if n in wanted:
            roots[n] = tree.root()
        try:
            line = next(lines, None)
        except Wrong as why:
            raise Wrong(f"event {n}: {why}") from None
        state = None if line is None else state_in(line)
        if line is None or state is None:
            raise Wrong(f"event {n}: is missing: {'the file ends before it' if line is None else 'no event stands in its place'}")
        leaf = leaf_hash(state)
        if event_line(n, origin, state, leaf.hex()) != line:
            raise Wrong(f"event {n}: {why_not(line, n, origin, state, leaf.hex())}")
        tree.add(leaf)
        part.add(leaf)
        if part.size == 1 << level:
            if part.root() != nodes[(n >> level) * 32 :][:32]:
                reach = "it" if level == 0 else f"it or one of the {part.size - 1} events before it"
                raise Wrong(f"event {n}: {reach} is not what the log's key signed")
            part = Tree()
    roots[size] = tree.root()
    return roots


def why_not(line: bytes, n: int, origin: str, state: bytes, leaf: str) -> str:
    stated, place = re.search(rb'"leafhash":"([^"]*)"', line), re.search(rb'"sequence":"(\d{1,18})"', line)
    if stated and not stated[1]:
        return "is not in the tree: it was put into the log afterwards"
    if stated and stated[1].decode() != leaf:
        return "its content is not the one that was hashed when it was recorded"
    if place and int(place[1]) != n and event_line(int(place[1]), origin, state, leaf) == line:
        return f"in its place stands event {int(place[1])}"
    return "its line does not say what its content says"


def check_checkpoints(lines: Iterator[bytes], sizes: list[int], digest: str, key: Key, roots: dict[int, bytes]) -> None:
    hashed = sha256()
    for size in sizes:
        line = next(lines, None)
        if line is None:
            raise Wrong(f"the checkpoint of size {size} is missing: the file ends before it")
        hashed.update(line)
        one = checkpoint_in(str(json_in(line).get("checkpoint")), key)
        if one.size != size or one.root != roots[size]:
            raise Wrong(f"the checkpoint of size {size} is of another history: its root is not that of the first {size} events")
    if next(lines, None) is not None:
        raise Wrong("there is something after the last checkpoint")
    if hashed.hexdigest() != digest:
        raise Wrong("the checkpoints are not those that the head was sealed with")


# --- sealed replays: what they say they stood on, and what they found ------------------------------------------------------------------


def sealed_replays(path: Path) -> list[tuple[int, dict[str, Any]]]:
    """What was put on record of replays: number and event. Read in a pass of its own, before anything is verified."""
    found = []
    with path.open("rb") as file:
        for n, line in enumerate(lines_in(file), -1):
            if b'"type":"ReplaySealed"' in line and (said := object_in(state_in(line) or b"")) is not None:
                found.append((n, said["event"] if isinstance(said.get("event"), dict) else {}))
    return found


def check_replays(replays: list[tuple[int, dict[str, Any]]], roots: dict[int, bytes], report: Any) -> list[str]:
    for n, event in replays:
        if event.get("size") not in range(n + 1):
            raise Wrong(f"event {n}: the sealed replay does not say what it stood on")
        if roots[event["size"]].hex() != event.get("root"):
            raise Wrong(f"event {n}: the sealed replay stood on another history: its root is not that of the first {event['size']} events")
    lines = [f"sealed replay: event {n}, of the first {event['size']} events, report {event.get('digest')}" for n, event in replays]
    if report is None:
        return lines
    if report.get("changed_left_off"):
        raise Unusable("the report lists not all of the cases that its digest is of")
    digest = sha256(canonical({name: value for name, value in report.items() if name != "changed_left_off"}).encode()).hexdigest()
    if digest not in [event.get("digest") for _, event in replays]:
        raise Wrong(f"the report is not one that a replay in this history found: its digest is {digest}")
    return [*lines, f"report: the one of digest {digest}"]


def canonical(value: Any) -> str:
    """RFC 8785: members in the order of their UTF-16, numbers as JavaScript writes them."""
    match value:
        case dict():
            ordered = sorted(value.items(), key=lambda one: one[0].encode("utf-16-be"))
            return "{" + ",".join(f"{canonical(name)}:{canonical(one)}" for name, one in ordered) + "}"
        case list():
            return "[" + ",".join(map(canonical, value)) + "]"
        case float():
            if value.is_integer() and abs(value) < 1e21:
                return str(int(value))
            return re.sub(r"e([+-])0*", r"e\1", repr(value))
        case _:
            return json.dumps(value, ensure_ascii=False)


# --- case bundles ----------------------------------------------------------------------------------------------------------------------


def bundle(path: Path, given: Given) -> Found:
    try:
        with path.open("rb") as file, zipfile.ZipFile(file) as archive:
            check_layout(file, archive)
            return opened_bundle(archive, given)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError, struct.error) as error:
        raise Wrong(f"the zip file is damaged: {error}") from None


def check_layout(file: BinaryIO, archive: zipfile.ZipFile) -> None:
    """Whether plain entries fill the file from its first byte to its directory: readers differ in what they make of anything between."""
    entries = sorted(archive.infolist(), key=lambda one: one.header_offset)
    if len(entries) > MOST_FILES + 2 or len({one.filename for one in entries}) != len(entries):
        raise Wrong("the bundle holds too many files, or one twice")
    at = 0
    for entry in entries:
        mode = entry.external_attr >> 28
        if entry.is_dir() or mode not in (0, 8) or entry.comment or entry.header_offset != at or entry.flag_bits & 8:
            raise Wrong(f"the zip file holds something besides its entries, before or beside {entry.filename!r}")
        file.seek(at)
        name, extra = struct.unpack("<26xHH", file.read(30))
        at += 30 + name + extra + entry.compress_size
    file.seek(0, 2)
    end = file.tell()
    file.seek(end - 22)
    if archive.comment or archive.start_dir != at or not file.read(4) == b"PK\x05\x06":
        raise Wrong("the zip file holds something besides its entries, before or after its directory")


def opened_bundle(archive: zipfile.ZipFile, given: Given) -> Found:
    names = archive.namelist()
    if not {"manifest.json", "manifest.note"} <= set(names):
        raise Unusable("a zip file, but not a case bundle")
    raw = read_most(archive, "manifest.json", MOST_SMALL)
    manifest = json_in(raw)
    try:
        key, files = given.key_of(manifest["key"]), {one["name"]: one for one in manifest["files"]}
        format_of = manifest["format"], manifest["version"]
    except (KeyError, TypeError) as error:
        raise Wrong(f"the bundle's manifest cannot be read: {error!r}") from None
    seal = opened(read_most(archive, "manifest.note", MOST_SMALL).decode(), key)
    if seal != f"{BUNDLE} 1\nsha256 {sha256(raw).hexdigest()}\n" or format_of != (BUNDLE, 1):
        raise Wrong("the bundle's manifest is not the one that was signed")
    if {*files, "manifest.json", "manifest.note"} != set(names) or len(files) != len(manifest["files"]):
        raise Wrong("the bundle does not hold the files of its manifest")
    if sum(one["size"] for one in files.values()) > MOST_BUNDLE:
        raise Wrong("the bundle is larger than 2 GiB")
    return bundle_found(archive, key, files, manifest.get("missing", []), given)


def bundle_found(archive: zipfile.ZipFile, key: Key, files: dict[str, Any], missing: list[Any], given: Given) -> Found:
    receipts, proofs, authorities = dict[int, Any](), dict[str, bytes](), list[bytes]()
    texts = dict[str, bytes]()
    for name, listed in files.items():
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            raise Wrong(f"the file {name!r} would leave the folder")
        content = read_most(archive, name, listed["size"])
        if len(content) != listed["size"] or sha256(content).hexdigest() != listed["sha256"]:
            raise Wrong(f"the file {name!r} is not the one of the manifest")
        if name.startswith("receipts/"):
            try:
                index, *rest = checked_receipt(json_in(content), Given(key=key, checkpoint=given.checkpoint))
            except Wrong as why:
                raise Wrong(f"{why} ({name})") from None
            receipts[index] = rest
            texts[f"proofs/{index}.tlog-proof"] = proof_text(json_in(content))
        elif name.startswith("proofs/"):
            proofs[name] = content
        elif name.startswith("authorities/"):
            authorities.append(content)
    for name, content in proofs.items():
        if content != texts.get(name):
            raise Wrong(f"the proof {name!r} is not the one of its receipt")
    named = {digest for _, _, event in receipts.values() for digest in digests_in(event)}
    lines = [f"verified: a case bundle of {len(receipts)} events and {len(files)} files"]
    lines += [event_words(index, receipts[index][2]) for index in sorted(receipts)]
    for name in files:
        if files[name]["sha256"] in named:
            lines.append(f"file {name}: its digest is named by an event")
        elif not name.startswith(("receipts/", "proofs/")):
            lines.append(f"file {name}: rests on the operator's seal alone; no event here names its digest")
    lines += [f"missing {one['name']}: {one['what']}: {one['why']}" for one in missing]
    by_note = {checkpoint.note: [checkpoint] for checkpoint, _, _ in receipts.values()}
    return Found([*lines, f"key: {key.text}"], key, list(by_note.values()) or [[]], authorities)


def read_most(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    with archive.open(name) as file:
        content = file.read(most + 1)
    return content if len(content) <= most else refuse(f"the file {name!r} is larger than it may be")


def digests_in(said: Any) -> Iterator[str]:
    """What an event calls the digest of a file, at any depth; a digest within a text that somebody wrote does not count."""
    for name, value in said.items() if isinstance(said, dict) else ():
        if name in ("digest", "picture") and isinstance(value, str):
            yield value
        else:
            yield from digests_in(value)
    for value in said if isinstance(said, list) else ():
        yield from digests_in(value)


# --- time: RFC 3161 tokens over a checkpoint's text ---

OIDS = {
    "sha1": "2b0e03021a",
    "sha256": "608648016503040201",
    "sha384": "608648016503040202",
    "sha512": "608648016503040203",
    "signed data": "2a864886f70d010702",
    "time": "2a864886f70d0109100104",
    "content type": "2a864886f70d010903",
    "message digest": "2a864886f70d010904",
    "certificate": "2a864886f70d010910020c",
    "certificate 2": "2a864886f70d010910022f",
}
NAMED = {bytes.fromhex(oid): name for name, oid in OIDS.items()}


def der(raw: bytes) -> list[tuple[int, bytes, bytes]]:
    """What stands one after another: tag, content, and the whole with its head."""
    found, at = [], 0
    while at < len(raw):
        tag, length, start = raw[at], raw[at + 1], at + 2
        if length > 0x80:
            start += length & 0x7F
            length = int.from_bytes(raw[at + 2 : start], "big")
        if length == 0x80 or start + length > len(raw) or tag & 0x1F == 0x1F:
            raise ValueError("it is not DER")
        found.append((tag, raw[start : start + length], raw[at : start + length]))
        at = start + length
    return found


def inside(raw: bytes, *path: int) -> bytes:
    """The content that is found by going in, place by place."""
    for place in path:
        raw = der(raw)[place][1]
    return raw


def dated(token: bytes, text: str, digest: str, pool: list[bytes]) -> tuple[str, str]:
    """The instant of a token over a checkpoint's text and who says so; `digest` is of the authority's certificate, one of the pool."""
    own = [one for one in pool if sha256(one).hexdigest() == digest]
    if not own:
        raise Wrong("none of the certificates is that of the authority")
    authority = x509.load_der_x509_certificate(own[0])
    try:
        kind, wrapped = der(inside(token, 0))[:2]
        if NAMED.get(kind[1]) != "signed data":
            raise ValueError("it is no signed data")
        data = der(inside(wrapped[1], 0))
        info, signer = inside(data[2][1], 1, 0), der(inside(data[-1][1], 0))
        said = der(inside(info, 0))
        imprint, when = der(said[2][1]), said[4][1].decode()
        if NAMED.get(inside(imprint[0][1], 0)) != "sha256" or imprint[1][1] != sha256(text.encode()).digest():
            raise Wrong("it is of another digest: what it dates is not this checkpoint")
        check_signature(signer, info, own[0], authority)
        at = datetime.strptime(when.partition(".")[0].rstrip("Z"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except (ValueError, IndexError, KeyError, InvalidSignature, UnsupportedAlgorithm) as error:
        raise Wrong(f"it is broken, or not of {authority.subject.rfc4514_string()}: {error or type(error).__name__}") from None
    check_certificates(authority, [x509.load_der_x509_certificate(one) for one in pool], at)
    return instant(at.timestamp()), authority.subject.rfc4514_string()


def check_signature(signer: list[tuple[int, bytes, bytes]], info: bytes, der_of_own: bytes, authority: x509.Certificate) -> None:
    """Whether the authority signed these bytes, as an authority of that very certificate (RFC 5652, 5.4; RFC 3161, 2.4.2)."""
    if signer[3][0] != 0xA0:
        raise ValueError("it has no signed attributes")
    hashing = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[NAMED[inside(signer[2][1], 0)]]
    attributes = {NAMED.get(inside(one, 0)): der(one)[1][1] for _, one, _ in der(signer[3][1])}
    hashed = hashes.Hash(hashing)
    hashed.update(info)
    if NAMED.get(inside(attributes["content type"], 0)) != "time" or inside(attributes["message digest"], 0) != hashed.finalize():
        raise ValueError("what was signed is not this time")
    named = der(inside(attributes.get("certificate 2") or attributes["certificate"], 0, 0, 0))
    known = named[0][1] if named[0][0] == 0x04 else named[1][1]
    algorithm = "sha1" if "certificate 2" not in attributes else "sha256" if named[0][0] == 0x04 else NAMED[inside(named[0][1], 0)]
    if hashlib.new(algorithm, der_of_own).digest() != known:
        raise ValueError("it was signed under another certificate")
    signed, signature, key = b"\x31" + signer[3][2][1:], signer[5][1], authority.public_key()
    match key:
        case ec.EllipticCurvePublicKey():
            key.verify(signature, signed, ec.ECDSA(hashing))
        case rsa.RSAPublicKey():
            key.verify(signature, signed, padding.PKCS1v15(), hashing)
        case Ed25519PublicKey():
            key.verify(signature, signed)
        case _:
            raise ValueError("its key is of a kind that is not known here")


def check_certificates(authority: x509.Certificate, pool: list[x509.Certificate], at: datetime) -> None:
    """Whether the certificate was for time stamps and valid then, and leads up to a root that came along."""
    usage = next((one for one in authority.extensions if isinstance(one.value, x509.ExtendedKeyUsage)), None)
    if usage is None or not usage.critical or ExtendedKeyUsageOID.TIME_STAMPING not in usage.value:
        raise Wrong("the authority's certificate is not for time stamps")
    one, seen = authority, 0
    while True:
        if not one.not_valid_before_utc <= at <= one.not_valid_after_utc:
            raise Wrong(f"the certificate {one.subject.rfc4514_string()} was not valid then")
        if one.subject == one.issuer:
            return
        above = [other for other in pool if other.subject == one.issuer and issued(one, other)]
        seen += 1
        if not above or seen > 10:
            raise Wrong("the certificates do not lead up to a root")
        one = above[0]


def issued(one: x509.Certificate, by: x509.Certificate) -> bool:
    try:
        one.verify_directly_issued_by(by)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True


def dates(found: Found, given: list[bytes] | None) -> list[str]:
    """What the tokens over the checkpoints say; of a given authority it has to be at least one in each list."""
    lines, trusted = list[str](), {sha256(one).hexdigest() for one in given or []}
    for checkpoints in found.attested:
        before = len(lines)
        for one in checkpoints:
            for token, digest in one.tokens:
                if given is not None and digest not in trusted:
                    continue
                try:
                    at, who = dated(token, one.text, digest, found.authorities if given is None else given)
                except Wrong as why:
                    raise Wrong(f"the token over the checkpoint of {one.size} events: {why}") from None
                came = "whose certificate came with the file" if given is None else "whose certificate was given"
                lines.append(f"time: the first {one.size} events existed at {at}, says {who}, {came}")
        if given is not None and len(lines) == before:
            raise Wrong("no token of the given authority stands behind this file")
    return lines


# --- the command -----------------------------------------------------------------------------------------------------------------------


def verified(path: Path, given: Given) -> list[str]:
    """What is so, in lines."""
    if path.is_dir():
        raise Unusable("a directory; of exports it is the one in lines that is verified here")
    if not path.is_file():
        raise Unusable("not a regular file")
    with path.open("rb") as file:
        start = file.read(4096)
    if start.startswith(b"PK"):
        found = bundle(path, given)
    elif f'"format":"{EXPORT}"'.encode() in start or b'"algorithm":"RFC 9162 SHA-256"' in start:
        found = export(path, given)
    else:
        with path.open("rb") as file:
            raw = file.read(MOST_SMALL + 1)
        if start.startswith(b"c2sp.org/tlog-proof@"):
            found = tlog_proof(raw, given)
        elif start.startswith(b"\xd2\x84"):
            beside = Path(f"{path}.event")  # as `audit proof --cose` writes it
            given.event = beside.read_bytes() if given.event is None and beside.is_file() else given.event
            found = cose_receipt(raw, given)
        elif not raw.lstrip().startswith(b"{"):
            found = bare_checkpoint(raw, given) if "\n\n— ".encode() in raw else receipt(raw, given)
        else:
            read = json_in(raw)
            found = (continuation if read.get("format") == CONTINUATION else receipt)(raw, given)
    lines = list(found.lines)
    if given.checkpoint is not None:
        lines.append("checkpoint: this history agrees with the one that was given")
    if given.policy is not None:
        also = [one for one in [given.earlier(found.key)] if one]
        lines += [witnessed(given.policy, found.key, [*some, *also], given.max_age) for some in found.attested]
    lines += dates(found, given.authorities)
    if given.key is not None:
        lines.append("trust: signed by the trusted key")
    elif given.policy is not None and found.key in given.policy.logs:
        lines.append("trust: signed by a key that the policy names")
    else:
        lines.append("trust: the file agrees with itself; no trusted key was given (--key), so who signed it is not shown")
    return lines


def pem(content: bytes) -> list[bytes]:
    try:
        return [one.public_bytes(serialization.Encoding.DER) for one in x509.load_pem_x509_certificates(content)]
    except ValueError:
        raise Unusable("the authority's file has no certificates (PEM)") from None


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="originals-verify", description="Verify evidence of Original Protection without that product.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--key", type=Path, help="the log's public key")
    parser.add_argument("--checkpoint", type=Path, help="a checkpoint that was given out earlier")
    parser.add_argument("--policy", type=Path, help="a policy of witnesses that has to be met")
    parser.add_argument("--max-age", type=int, metavar="HOURS", help="cosignatures that are older do not count")
    parser.add_argument("--event", type=Path, help="the event's bytes, where a .tlog-proof withholds them")
    parser.add_argument("--authority", type=Path, help="the certificates (PEM) of a time-stamping authority, up to its root")
    parser.add_argument("--report", type=Path, help="the JSON report of a sealed replay that is on record in an export")
    args = parser.parse_args(arguments)
    try:
        given = Given(max_age=args.max_age)
        given.key = key_from(args.key.read_text().strip()) if args.key else None
        given.checkpoint = args.checkpoint.read_text().rstrip("\n") + "\n" if args.checkpoint else None
        given.policy = policy_from(args.policy.read_bytes()) if args.policy else None
        given.event = args.event.read_bytes() if args.event else None
        given.authorities = pem(args.authority.read_bytes()) if args.authority else None
        given.report = json_in(args.report.read_bytes()) if args.report else None
        print("\n".join(printable(line) for line in verified(args.file, given)))
    except Wrong as why:
        print(printable(f"{args.file}: {why}"), file=sys.stderr)
        return 1
    except (Unusable, OSError) as why:
        print(printable(f"{args.file}: {why}"), file=sys.stderr)
        return 2
    except (KeyError, TypeError, AttributeError, ValueError, RecursionError) as why:
        print(printable(f"{args.file}: it has not the form of what it says it is ({type(why).__name__}: {why})"), file=sys.stderr)
        return 1
    return 0


def printable(text: str) -> str:
    """One line that no terminal can be misled by."""
    return "".join(one if one.isprintable() else one.encode("unicode_escape", "surrogatepass").decode() for one in text)[:1000]


if __name__ == "__main__":
    sys.exit(main())
