"""The verifier apart agrees with `audit verify` on whatever this product hands out, and both name each forgery (rules G4, G8)."""

from __future__ import annotations

import ast
import base64
import io
import json
import re
import shutil
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response

from adapters.cli import audit_verify
from adapters.cli.main import main
from adapters.evidence.about import about
from adapters.evidence.attestation import KeptToken
from adapters.evidence.attestation_tables import SqlAttestations
from adapters.evidence.checkpoint import Checkpoint, Signer, to_base64
from adapters.evidence.cosignature import with_cosignatures
from adapters.evidence.envelope import decode_envelope
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.export import Extras
from adapters.evidence.keyfile import KEY_FILE, signer_in
from adapters.evidence.last_signed import LastSigned
from adapters.evidence.lines import enveloped_line
from adapters.evidence.merkle import leaf_hash, root_of
from adapters.evidence.receipt import Inclusion
from adapters.system.settings import Settings
from adapters.timestamps.authority import Authority, authority_of
from adapters.timestamps.tokens import asked
from adapters.wiring.deployment import Deployment, open_deployment
from tests.adapters.cli.conftest import Played
from tests.adapters.evidence.store import MONDAY, MemoryLog, sqlite, tree_in
from tests.adapters.timestamps.openssl_authority import OpensslAuthority
from tests.adapters.witnesses.signing import BOTH_KINDS, Pen

pytestmark = pytest.mark.rule("G4")

FILE = Path(__file__).parents[3] / "tools" / "originals_verify.py"
W1, W2 = Pen("w1.example", BOTH_KINDS[1]), Pen("w2.example")
NOW = int(time.time())


def loaded() -> Any:
    """The one file, as a module."""
    spec = spec_from_file_location("originals_verify", FILE)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules["originals_verify"] = module
    spec.loader.exec_module(module)
    return module


APART = loaded()


def apart(file: Path, *options: str | Path) -> tuple[int, str]:
    """Exit code and whatever it said."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = APART.main([str(file), *map(str, options)])
    return code, said.getvalue()


def product(file: Path, *options: str | Path) -> tuple[int, str]:
    """The same of the product's own."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        code = audit_verify.main([str(file), *map(str, options)])
    return code, said.getvalue()


def sealed_replay(store: Path) -> str:
    """Under another rulebook, as an operator runs and seals it: the report."""
    said = io.StringIO()
    with pytest.MonkeyPatch.context() as patched, redirect_stdout(said), redirect_stderr(io.StringIO()):
        patched.setenv("ORIGINALS_STORE", str(store))
        patched.setenv("ORIGINALS_COPY_MODEL", "none")
        rulebook = FILE.parents[1] / "docs" / "rulebooks" / "marketplace-b.toml"
        assert main(["replay", "--rulebook", str(rulebook), "--seal", "--json"]) == 0
    return said.getvalue()


def authority_here(folder: Path) -> OpensslAuthority | None:
    """A time-stamping authority, if openssl is on this machine."""
    return None if shutil.which("openssl") is None else OpensslAuthority(folder)


class World:
    """The demonstration's log with two witnesses' cosignatures, and a file of each kind."""

    def __init__(self, folder: Path, store: Path) -> None:
        self.folder = folder
        self.report = self.wrote("report.json", sealed_replay(store))
        self.deployment = deployment = open_deployment(Settings(store=str(store), copy_model="none"))
        self.evidence = deployment.evidence
        self.key = folder / "key"
        self.key.write_text(self.evidence.public_key_text())
        self.signer = signer_in(store / "keys")
        self.policy = folder / "policy"
        log = self.evidence.public_key_text()
        self.policy.write_text(f"log {log}\nwitness w1 {W1.key.text}\nwitness w2 {W2.key.text}\ngroup g all w1 w2\nquorum g\n")
        note = self.evidence.checkpoint()
        self.earlier = folder / "earlier"
        self.earlier.write_text(note)
        self.size = int(note.split("\n")[1])
        for pen in (W1, W2):
            deployment.attestations.keep_cosignature(self.size, pen.key.text, NOW, pen.line(note, NOW))
        self.tsa = authority_here(folder / "time")
        if self.tsa is not None:
            token, at = asked(self.authority, "\n".join(note.split("\n")[:3]) + "\n", self.tsa.send)
            kept = KeptToken(self.size, self.authority.digest, int(at.timestamp()), token)
            known = self.authority.certificates
            deployment.attestations.keep_token(kept, known, [sha256(one).hexdigest() for one in known])
        self.states = [state.state for state in self._rows(deployment)]
        self.export = self.wrote("export", self.exported(self.evidence))
        self.make()

    @property
    def authority(self) -> Authority:
        assert self.tsa is not None
        return authority_of(self.tsa.file)

    def _rows(self, deployment: Deployment) -> list[Any]:
        from adapters.wiring.deployment import EvidenceLog

        return list(EvidenceLog(deployment.stores.store).read(0, 100_000))[: self.size]

    def wrote(self, name: str, content: bytes | str) -> Path:
        file = self.folder / name
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def exported(self, evidence: TamperEvidence) -> bytes:
        file = io.BytesIO()
        evidence.export(file, Extras())
        return file.getvalue()

    def make(self) -> None:
        """The other kinds."""
        filed = next(n for n, state in enumerate(self.states) if b'"type":"Filed"' in state)
        said = json.loads(self.states[filed])
        self.filed = filed
        (receipt,) = self.evidence.receipts([said["id"]])
        self.receipt = self.wrote("receipt.json", receipt.as_json())
        self.inclusion = self.wrote("inclusion.json", msgspec.json.encode(Inclusion.of(self.evidence.receipt_of_now(said["id"]))))
        inner = said["event"]
        body = {"about": about(receipt.reads), "at": said["at"], "owner": inner["owner"], "digest": inner["digest"], "receipt": receipt}
        self.certificate = self.wrote("certificate.json", msgspec.json.encode(body))
        self.proof = self.wrote("one.tlog-proof", self.evidence.proof(str(filed)).text)
        self.cosigned = self.wrote("cosigned", self.evidence.attested_checkpoint())
        shorter = self.signer.sign(Checkpoint(self.signer.public.name, 37, self.evidence.root(37)).text)
        self.continuation = self.wrote("continuation.json", self.evidence.continuation(shorter).as_json())
        some = self.evidence.receipts([json.loads(state)["id"] for state in self.states[filed : filed + 6]])
        self.bundle = self.folder / "bundle.zip"
        pictures = {"pictures/one.bin": b"what an event names" * 20, "history.txt": b"the history"}
        self.evidence.bundle(self.bundle, "<p>a page</p>", pictures, [some[0].withheld(), *some[1:]])

    def of_states(self, name: str, states: list[bytes], signer: Signer | None = None) -> TamperEvidence:
        """Another history, signed with the same key: what whoever holds it could make."""
        folder = self.folder / name
        folder.mkdir()
        key = signer or self.signer
        assert isinstance(key, Signer)
        tree = tree_in(folder)
        shutil.copy(Path(self.deployment.settings.store) / "keys" / KEY_FILE, folder / KEY_FILE)
        return TamperEvidence(MemoryLog(states), tree, key, lambda: MONDAY, LastSigned(folder, key.public), SqlAttestations(sqlite(folder)))

    def close(self) -> None:
        self.deployment.close()


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, played: Played) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("apart")
    shutil.copytree(played.store, folder / "store")
    made = World(folder, folder / "store")
    yield made
    made.close()


KINDS = ("export", "receipt", "inclusion", "certificate", "proof", "cosigned", "continuation", "bundle")


def test_it_is_one_file_of_the_standard_library_and_cryptography() -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(FILE.read_text()))
        for name in (
            [one.name for one in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported - set(sys.stdlib_module_names) == {"cryptography"}
    assert len(FILE.read_text().splitlines()) < 1200


def test_it_runs_by_itself(world: World) -> None:
    """Without the product on the path, in a process of its own."""
    said = subprocess.run([sys.executable, "-I", FILE, world.export, "--key", world.key], capture_output=True, text=True, timeout=300)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith(f"verified: {world.size} events")


@pytest.mark.parametrize("kind", KINDS)
def test_both_find_each_kind_of_file_sound(world: World, kind: str) -> None:
    file = getattr(world, kind)
    trusted = [] if kind in ("proof", "cosigned") else [[]]
    for options in (
        *trusted,
        ["--key", world.key],
        ["--policy", world.policy, "--max-age", "1"],
        ["--key", world.key, "--policy", world.policy],
    ):
        ours, theirs = product(file, *options), apart(file, *options)
        assert (ours[0], theirs[0]) == (0, 0), (options, ours, theirs)
        assert ours[1].splitlines()[0] == theirs[1].splitlines()[0]
        others = [[line for line in said.splitlines() if line.startswith(("witnessed", "time"))] for _, said in (ours, theirs)]
        assert others[0] == others[1]
        dated = world.tsa is not None and kind in ("export", "receipt", "certificate", "bundle")
        assert ("events existed at 2" in ours[1], "says CN=Time Authority, whose certificate came" in ours[1]) == (dated, dated)
    for options in ([], ["--policy", world.policy]):
        if kind in ("proof", "cosigned") and not options:
            assert (product(file)[0], apart(file)[0]) == (2, 2)


def test_both_verify_a_cose_receipt_and_find_what_was_changed(world: World) -> None:
    """The event is given apart, and the signature is over the root: place and size are believed as they are signed."""
    receipt = world.evidence.cose_receipt(str(world.filed))
    good, event = world.wrote("one.receipt", receipt), world.wrote("one.receipt.event", world.states[world.filed])
    given: list[str | Path] = ["--key", world.key, "--event", event]
    assert [verify(good, *given[:2])[0] for verify in (product, apart)] == [0, 0]  # the event lies beside it
    ours, theirs = product(good, *given), apart(good, *given)
    assert (ours[0], theirs[0], ours[1].splitlines()[0]) == (0, 0, theirs[1].splitlines()[0]), (ours, theirs)
    assert ours[1].startswith(f"verified: event {world.filed}: Filed, id ")
    assert [verify(good, *given, "--policy", world.policy)[0] for verify in (product, apart)] == [1, 1]  # no witness stands behind it
    alone = world.wrote("alone.receipt", receipt)
    assert [verify(alone, *given[:2])[0] for verify in (product, apart)] == [2, 2]
    other = world.wrote("other.event", world.states[world.filed + 1])
    cases = [(good, ["--key", world.key, "--event", other])]
    for n in range(2, len(receipt), 7):
        cases.append((world.wrote(f"changed {n}.receipt", receipt[:n] + bytes([receipt[n] ^ 1]) + receipt[n + 1 :]), given))
    cases.append((world.wrote("longer.receipt", receipt + b"\0"), given))
    passed = [file.name for file, options in cases for verify in (product, apart) if verify(file, *options)[0] != 1]
    assert passed == []
    mine = Signer(world.signer.public.name, Ed25519PrivateKey.generate())
    strange = world.wrote("strange.receipt", world.of_states("strange", world.states, mine).cose_receipt(str(world.filed)))
    for code, words in (product(strange, *given), apart(strange, *given)):
        assert (code, "another key" in words) == (1, True), words


@pytest.mark.parametrize(("kind", "ess", "certificates"), [("rsa", "sha1", False), ("ec", "sha512", True)])
def test_tokens_of_other_keys_and_forms_read_alike(world: World, tmp_path: Path, kind: str, ess: str, certificates: bool) -> None:
    """RSA; certificates named by SHA-1, as RFC 3161 has it, or by another digest (RFC 5816); and certificates within the token."""
    if world.tsa is None:
        pytest.skip("no openssl on this machine, which is the authority here")
    authority = OpensslAuthority(tmp_path / "authority", "Other Authority", kind, ess)
    known, body = authority_of(authority.file), json.loads(world.receipt.read_text())
    text = body["checkpoint"].split("\n\n")[0] + "\n"
    query = TimestampRequestBuilder().data(text.encode()).hash_algorithm(HashAlgorithm.SHA256).cert_request(cert_request=certificates)
    token = decode_timestamp_response(authority.reply(query.build().as_bytes())).time_stamp_token()
    stamps = [{"token": base64.b64encode(token).decode(), "authority": known.digest}]
    encoded = [base64.b64encode(one).decode() for one in known.certificates]
    file = tmp_path / "receipt"
    file.write_text(json.dumps({**body, "timestamps": stamps, "authorities": encoded}))
    for code, said in (
        product(file),
        apart(file),
        product(file, "--authority", authority.file),
        apart(file, "--authority", authority.file),
    ):
        assert (code, "says CN=Other Authority" in said) == (0, True), said


Forged = Iterator[tuple[str, Path, list[str | Path], str, str]]
"""Name of the forgery, the file, options, and what the product and the other verifier have to say of it."""


def in_exports(world: World) -> Forged:
    """Without the key: whatever is changed in a file."""
    head, *lines = world.export.read_bytes().splitlines(keepends=True)
    size = world.size
    origin = json.dumps(json.loads(head)["origin"]).encode()

    def file(name: str, *parts: bytes) -> Path:
        return world.wrote(f"export {name}", b"".join(parts))

    for n in range(1, size - 2, max(1, size // 10)):
        state = world.states[n]
        edited = state.replace(b'"at":"2', b'"at":"1', 1)
        rest = lines[:n], lines[n + 1 :]
        yield (
            f"edited event {n}",
            file(f"edited {n}", head, *rest[0], lines[n].replace(state, edited), *rest[1]),
            [],
            f"event {n} ",
            f"event {n}:",
        )
        leaf = leaf_hash(edited).hex().encode()
        again = enveloped_line(b"%d" % n, origin, decode_envelope(edited), leaf, edited)
        both = "is not what the log's key signed"
        yield f"edited with its line {n}", file(f"consistent {n}", head, *rest[0], again, *rest[1]), [], both, both
        gone = "stands in the place of event"
        yield f"removed event {n}", file(f"removed {n}", head, *rest[0], *rest[1]), [], gone, "in its place stands event"
        twice = file(f"twice {n}", head, *lines[: n + 1], lines[n], *lines[n + 1 :])
        yield f"event twice {n}", twice, [], gone, "in its place stands event"
        swapped = file(f"swapped {n}", head, *rest[0], lines[n + 1], lines[n], *lines[n + 2 :])
        yield f"reordered {n}", swapped, [], gone, "in its place stands event"
        added = lines[n].replace(leaf_hash(state).hex().encode(), b"")
        put_in = file(f"put in {n}", head, *rest[0], added, *lines[n:])
        yield f"put in afterwards {n}", put_in, [], "was put into the log afterwards", "was put into the log afterwards"
        dressed = lines[n].replace(b'"subject":"', b'"subject":"x', 1)
        says = "its line does not say what its content says"
        yield f"another subject {n}", file(f"dressed {n}", head, *rest[0], dressed, *rest[1]), [], says, says
    yield "cut in its end", file("cut", head, *lines[: size // 2]), [], "is missing: the file ends before it", "is missing: the file ends"
    yield "without its last checkpoint", file("no last", head, *lines[:-1]), [], "the checkpoint of size", "the checkpoint of size"
    yield "something after it", file("after", head, *lines, lines[-1]), [], "something after the last", "something after the last"
    for n, (old, new) in enumerate(
        [(b'"rulebooks":[]', b'"rulebooks":[1]'), (b'"level":0', b'"level":1'), (b'"version":1', b'"version":2')]
    ):
        yield f"another head {n}", file(f"head {n}", head.replace(old, new, 1), *lines), [], "the head", "the head"
    cut = json.loads(head)
    cut.pop("attested")
    without = json.dumps(cut, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    for level in (-1, 64):
        changed = {**json.loads(head), "tree": {**json.loads(head)["tree"], "level": level}, "seal": ""}
        unsealed = json.dumps(changed, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
        seal = json.dumps(
            world.signer.sign(f"original-protection audit export 1\nsha256 {sha256(unsealed).hexdigest()}\n"), ensure_ascii=False
        )
        resealed_head = unsealed.replace(b'"seal":""', b'"seal":' + seal.encode())
        yield f"of the level {level}", file(f"level {level}", resealed_head, *lines), [], "the head", "its level is that of no tree"
    yield "cosignatures left out", file("unattested", without, *lines), ["--policy", world.policy], "the head", "the head"


def in_receipts(world: World) -> Forged:
    """A receipt's and a certificate's members, one after another."""
    good, other = (
        json.loads(world.receipt.read_text()),
        json.loads(world.evidence.receipts([json.loads(world.states[world.filed + 1])["id"]])[0].as_json()),
    )
    leads = "the proof does not lead to the signed checkpoint"

    def file(name: str, **changed: Any) -> Path:
        return world.wrote(f"receipt {name}", json.dumps({**good, **changed}))

    yield "swapped proof", file("swapped", proof=other["proof"]), [], leads, leads
    for n in range(len(good["proof"])):
        path = [*good["proof"]]
        path[n] = to_base64(sha256(path[n].encode()).digest())
        yield f"another node {n}", file(f"node {n}", proof=path), [], leads, leads
        shorter = good["proof"][:n] + good["proof"][n + 1 :]
        yield f"a node less {n}", file(f"less {n}", proof=shorter), [], leads, leads
    yield "another index", file("index", index=good["index"] + 1), [], leads, leads
    answered = json.loads(world.inclusion.read_text())
    for name, changed, says in (
        ("of another root", {"root": answered["leaf"]}, "the root is not the one of the checkpoint"),
        ("of another event", {"leaf": answered["path"][0]}, "the content is not the one whose hash is given"),
        ("of another place", {"index": answered["index"] + 1}, leads),
    ):
        yield f"an answered proof {name}", world.wrote(f"inclusion {name}", json.dumps({**answered, **changed})), [], says, says
    yield "another size", file("size", size=good["size"] + 1), [], leads, leads
    edited = {**good["reads"], "at": "2020-01-01T00:00:00Z"}
    yield (
        "backdated reading",
        file("reading", reads=edited),
        [],
        "the reading is not what the content says",
        "the reading is not what the content",
    )
    state = base64.b64encode(json.dumps(edited).encode()).decode()
    content = "the content is not the one whose hash is given"
    yield "backdated event", file("event", event=state, reads=edited), [], content, content
    leaf = to_base64(leaf_hash(json.dumps(edited).encode()))
    yield "backdated with its leaf", file("leaf", event=state, reads=edited, leaf=leaf), [], leads, leads
    yield "another event's", file("other", event=other["event"], reads=other["reads"], leaf=other["leaf"]), [], leads, leads
    signature = "the signature is not this key's"
    yield "another checkpoint", file("note", checkpoint=good["checkpoint"].replace("\n", "\n1", 1)), [], signature, signature
    halved = file("half", checkpoint=good["checkpoint"].replace("\n", "\ud800\n", 1))
    yield "half a character in the checkpoint", halved, [], "the receipt cannot be read", "it has not the form"
    mine = Signer(world.signer.public.name, Ed25519PrivateKey.generate())
    resigned = mine.sign(good["checkpoint"].split("\n\n")[0] + "\n")
    stranger = file("stranger", checkpoint=resigned, key=mine.public.text)
    yield "signed by a stranger", stranger, ["--key", world.key], "not by the trusted key", "not by the trusted key"
    yield (
        "signed by a stranger for a policy",
        stranger,
        ["--policy", world.policy],
        "the policy is about another log",
        "is about another log",
    )
    certificate = json.loads(world.certificate.read_text())
    for name, value in (("owner", "somebody"), ("digest", "0" * 64), ("at", "2020-01-01T00:00:00Z"), ("invented", 1)):
        claimed = world.wrote(f"certificate {name}", json.dumps({**certificate, name: value}))
        yield f"certificate of another {name}", claimed, [], f"the certificate claims '{name}'", f"the certificate claims '{name}'"
    elsewhere = world.wrote("certificate elsewhere", json.dumps({**certificate, "receipt": other}))
    yield "certificate of another filing", elsewhere, [], "the certificate claims '", "the certificate claims '"
    words = world.wrote("certificate about", json.dumps({**certificate, "about": certificate["about"].replace("filed by", "made by")}))
    yield "certificate of other words", words, [], "is not the one that its event gives", "is not the one that its event gives"


def in_proofs(world: World) -> Forged:
    """`.tlog-proof`s, checkpoints and continuations."""
    text, other, given = world.proof.read_text(), world.evidence.proof(str(world.filed + 1)).text, ["--key", world.key]
    leads, lines = "the proof does not lead from this event to the signed checkpoint", text.split("\n")
    head, _, note = text.partition("\n\n")

    def file(name: str, content: str) -> Path:
        return world.wrote(f"proof {name}", content)

    yield "swapped path", file("path", "\n".join([*lines[:3], *other.split("\n\n")[0].split("\n")[3:], "", note])), given, leads, leads
    yield "swapped event", file("extra", text.replace(lines[1], other.split("\n")[1])), given, leads, leads
    yield "another index", file("index", text.replace(f"index {world.filed}", f"index {world.filed + 1}")), given, leads, leads
    for n in range(3, 3 + head.count("\n") - 2):
        yield f"a line less {n}", file(f"less {n}", "\n".join(lines[:n] + lines[n + 1 :])), given, leads, leads
    yield (
        "another root",
        file("root", text.replace(note.split("\n")[2], to_base64(bytes(32)))),
        given,
        "the signature is not",
        "the signature is not",
    )
    (world.folder / "event").write_bytes(world.states[world.filed + 2])
    yield "another event given", world.proof, [*given, "--event", world.folder / "event"], leads, leads
    cosigned, size = world.cosigned.read_text(), str(world.size)
    policy = ["--policy", world.policy]
    larger = Checkpoint(world.signer.public.name, world.size, bytes(32)).text
    broken = "the cosignature of w1.example is broken: it is not over this checkpoint"
    moved = with_cosignatures(
        world.signer.sign(larger), [line for line in cosigned.split("\n") if "w1.example" in line or "w2.example" in line]
    )
    yield "cosignatures of another checkpoint", world.wrote("moved", moved), policy, broken, broken
    bare = cosigned.split("— w1.example")[0]
    for name, note_, why in (
        ("one witness alone", with_cosignatures(bare, [W2.line(bare, NOW)]), "the quorum is not met"),
        ("no witness", bare, "the quorum is not met"),
        ("old cosignatures", with_cosignatures(bare, [pen.line(bare, NOW - 90_000) for pen in (W1, W2)]), "the cosignatures are too old"),
        (
            "cosignatures to come",
            with_cosignatures(bare, [pen.line(bare, NOW + 90_000) for pen in (W1, W2)]),
            "is of a time that is still to come",
        ),
        ("a cosignature of another log", with_cosignatures(bare, [W1.line(bare.replace("/", "-", 1), NOW), W2.line(bare, NOW)]), broken),
    ):
        yield name, world.wrote(name, note_), [*policy, "--max-age", "2"], why, why
    backdated = bytearray(base64.b64decode(next(line for line in cosigned.split("\n") if "w2.example" in line).split(" ")[2]))
    backdated[8] ^= 1
    dated = with_cosignatures(bare, [W1.line(bare, NOW), f"— w2.example {base64.b64encode(backdated).decode()}"])
    yield (
        "a backdated cosignature",
        world.wrote("backdated", dated),
        policy,
        "the cosignature of w2.example is broken",
        "of w2.example is broken",
    )
    yield (
        "a smaller size",
        world.wrote("smaller", cosigned.replace(f"\n{size}\n", "\n7\n")),
        given,
        "the signature is not",
        "the signature is not",
    )
    body = json.loads(world.continuation.read_text())
    begins = "does not begin with the one of"
    for name, changed in (("one node", {"proof": body["proof"][1:]}), ("turned round", {"proof": body["proof"][::-1]})):
        if changed["proof"] != body["proof"]:
            yield f"continuation less {name}", world.wrote(f"continuation {name}", json.dumps({**body, **changed})), [], begins, begins
    back = {"earlier": body["later"], "later": body["earlier"]}
    yield "continuation backwards", world.wrote("backwards", json.dumps({**body, **back})), [], begins, begins


def in_bundles(world: World) -> Forged:
    """What is in the zip, and what stands between."""
    with zipfile.ZipFile(world.bundle) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}

    def file(name: str, changed: dict[str, bytes], without: str = "") -> Path:
        path = world.folder / f"bundle {name}.zip"
        with zipfile.ZipFile(path, "w") as archive:
            for one, content in {**contents, **changed}.items():
                if one != without:
                    archive.writestr(zipfile.ZipInfo(one, (1980, 1, 1, 0, 0, 0)), content)
        return path

    for number, name in enumerate(contents):
        if name not in ("manifest.json", "manifest.note"):
            yield (
                f"edited file {name}",
                file(f"edited {number}", {name: contents[name] + b" "}),
                [],
                "not the one of the manifest",
                "the file",
            )
            yield f"file gone {name}", file(f"gone {number}", {}, name), [], "the files of its manifest", "the files of its manifest"
    picture = {"pictures/one.bin": b"what another case shows" * 15}
    yield (
        "another case's picture",
        file("picture", picture),
        [],
        "not the one of the manifest",
        "'pictures/one.bin' is not the one of the manifest",
    )
    yield "a file more", file("more", {"more.txt": b"more"}), [], "the files of its manifest", "the files of its manifest"
    manifest = contents["manifest.json"].replace(b'"missing": []', b'"missing": [ ]')
    assert manifest != contents["manifest.json"]
    signed = "the bundle's manifest is not the one that was signed"
    bare = world.folder / "bundle of nothing.zip"
    world.evidence.bundle(bare, "<p>a page</p>", {"history.txt": b"a history"}, [])
    assert product(bare, "--key", world.key)[0] == apart(bare, "--key", world.key)[0] == 0, "it is sealed, and holds no event"
    yield "no event, before a policy", bare, ["--policy", world.policy], "the quorum is not met", "the quorum is not met"
    if world.tsa is not None:
        none = "no token of the given authority"
        yield "no event, before an authority", bare, ["--authority", world.tsa.file], none, none
    yield "another manifest", file("manifest", {"manifest.json": manifest}), [], signed, signed
    raw = world.bundle.read_bytes()
    beside = "the zip file holds something besides its entries"
    yield "something before", world.wrote("before.zip", raw[:4] + b"more" + raw[4:]), [], "", ""
    yield "something after", world.wrote("after.zip", raw + b"more"), [], "the zip file", "the zip file"
    _ = beside


def resealed(states: list[bytes]) -> list[bytes]:
    """A forger makes the sealed replays fit, too: one that did not is found by its root."""
    for n, state in enumerate(states):
        if b'"type":"ReplaySealed"' in state:
            said = json.loads(state)["event"]
            size = min(said["size"], n)
            fitting = state.replace(said["root"].encode(), root_of(map(leaf_hash, states[:size])).hex().encode())
            states[n] = fitting.replace(b'"size":%d,' % said["size"], b'"size":%d,' % size)
    return states


def in_tokens(world: World) -> Forged:
    """Tokens of time in receipts and bundles, and the certificates by which they are verified."""
    if world.tsa is None:
        pytest.skip("no openssl on this machine, which is the authority here")
    good = json.loads(world.receipt.read_text())
    (kept,) = good["timestamps"]
    token = base64.b64decode(kept["token"])

    def file(name: str, some: bytes, **changed: Any) -> Path:
        stamps = [{"token": base64.b64encode(some).decode(), "authority": changed.pop("authority", kept["authority"])}]
        return world.wrote(f"token {name}", json.dumps({**good, "timestamps": stamps, **changed}))

    text, older = good["checkpoint"].split("\n\n")[0] + "\n", Checkpoint(world.signer.public.name, 37, world.evidence.root(37)).text
    early = asked(world.authority, older, world.tsa.send)[0]
    digest, broken = "it is of another digest: what it dates is not this checkpoint", "it is broken"
    yield "a token over an earlier checkpoint", file("early", early), [], digest, digest
    found = re.search(rb"20\d{12}Z", token)
    assert found is not None
    when = found.start()
    backdated = token[: when + 3] + bytes([token[when + 3] - 1]) + token[when + 4 :]
    yield "a backdated token", file("backdated", backdated), [], broken, broken
    imprint = token.index(sha256(text.encode()).digest())
    yield "a token of another imprint", file("imprint", token[:imprint] + bytes(32) + token[imprint + 32 :]), [], digest, digest
    for place in (*range(len(token) - 60, len(token), 10), len(token) - 1):
        flipped = token[:place] + bytes([token[place] ^ 1]) + token[place + 1 :]
        yield f"another signature {place}", file(f"signature {place}", flipped), [], broken, broken
    for name, damaged in (("cut", token[:-7]), ("nothing", b"no token"), ("longer", token + b"\0")):
        yield f"a token that is {name}", file(name, damaged), [], broken, broken
    stranger = OpensslAuthority(world.folder / "stranger")
    theirs = authority_of(stranger.file)
    of_stranger = asked(theirs, text, stranger.send)[0]
    yield "a stranger's token under the name", file("stranger", of_stranger), [], broken, broken
    encoded = [base64.b64encode(one).decode() for one in theirs.certificates]
    unknown = "none of the certificates is that of the authority"
    yield "certificates of a stranger's", file("certificates", token, authorities=encoded), [], unknown, unknown
    with_theirs = file("theirs", of_stranger, authorities=encoded, authority=theirs.digest)
    assert product(with_theirs)[0] == apart(with_theirs)[0] == 0, "a token by whomever agrees with itself"
    yield "a stranger's authority", with_theirs, ["--authority", world.tsa.file], "no token of the given authority", "no token of the given"
    bare = world.wrote("token none", json.dumps({name: one for name, one in good.items() if name not in ("timestamps", "authorities")}))
    yield "the token left out", bare, ["--authority", world.tsa.file], "no token of the given authority", "no token of the given authority"
    nothing = file("no certificate", token, authorities=["AA=="], authority=sha256(b"\0").hexdigest())
    yield "bytes that are no certificate", nothing, [], "one of the certificates cannot be read", "it has not the form"
    rootless = file("rootless", token, authorities=good["authorities"][:1])
    yield "the root left out", rootless, [], "do not lead up to a root", "do not lead up to a root"
    assert product(world.receipt, "--authority", world.tsa.file)[0] == apart(world.receipt, "--authority", world.tsa.file)[0] == 0


def with_the_key(world: World) -> Forged:
    """The operator's own key signs another history: only what left the house earlier tells."""
    n = world.size // 3
    edited = [*world.states]
    edited[n] = edited[n].replace(b'"at":"2', b'"at":"1', 1)
    removed = [state for number, state in enumerate(world.states) if number != n]
    swapped = [*world.states[:n], world.states[n + 1], world.states[n], *world.states[n + 2 :]]
    longer = [*edited, *world.states[:5]]
    for name, states, why in (
        ("fork", edited, "the history is forked"),
        ("longer fork", longer, "the history is forked"),
        ("one event less", removed, "the history is cut"),
        ("rolled back", world.states[:n], "the history is cut"),
        ("reordered", swapped, "the history is forked"),
    ):
        forged = world.of_states(name, resealed(states))
        export = world.wrote(f"{name} export", world.exported(forged))
        assert product(export, "--key", world.key)[0] == apart(export, "--key", world.key)[0] == 0, "the key alone cannot tell"
        for given in (world.earlier, world.cosigned):
            yield f"{name} against {given.name}", export, ["--key", world.key, "--checkpoint", given], why, why
        met = "the quorum is not met"
        yield f"{name} before a policy", export, ["--policy", world.policy], met, met
        note = forged.checkpoint()
        stolen = [line for line in world.cosigned.read_text().split("\n") if "w1.example" in line or "w2.example" in line]
        dressed = world.wrote(f"{name} dressed", with_cosignatures(note, stolen))
        yield f"{name} in others' cosignatures", dressed, ["--policy", world.policy], "w1.example is broken", "w1.example is broken"


@pytest.mark.rule("G8")
def test_a_sealed_replay_is_of_this_history_and_its_report_is_whole(world: World) -> None:
    code, said = apart(world.export, "--report", world.report)
    report = json.loads(world.report.read_text())
    assert (code, f"of the first {report['log_position']} events" in said) == (0, True), said
    n = next(n for n, state in enumerate(world.states) if b'"type":"ReplaySealed"' in state)
    sealed = json.loads(world.states[n])["event"]
    first, *others = report["changed"]
    for name, forged in (
        ("a case less", {**report, "changed": others}),
        ("a case more", {**report, "changed": [first, first, *others]}),
        ("another figure", {**report, "penalty_days": {**report["penalty_days"], "less": 1.5}}),
        ("another ending", {**report, "changed": [{**first, "to": first["from"]}, *others]}),
        ("another rulebook", {**report, "rulebook": "original-protection 2026-01"}),
        ("another instant", {**report, "until": "2026-01-01T00:00:00Z"}),
    ):
        code, said = apart(world.export, "--report", world.wrote(f"report {name}", json.dumps(forged)))
        assert (code, "the report is not one that a replay in this history found" in said) == (1, True), name
    states = [*world.states]
    states[n] = states[n].replace(sealed["root"].encode(), b"0" * 64)
    elsewhere = world.wrote("replay elsewhere", world.exported(world.of_states("elsewhere", states)))
    for code, said in (apart(elsewhere), product(elsewhere)):
        assert (code, f"event {n}" in said, "the sealed replay stood on another history" in said) == (1, True, True)


FORGERIES: dict[str, Callable[[World], Forged]] = {
    "exports": in_exports,
    "receipts": in_receipts,
    "proofs": in_proofs,
    "bundles": in_bundles,
    "tokens": in_tokens,
    "with the key": with_the_key,
}


LEAST = {"exports": 79, "receipts": 34, "proofs": 23, "bundles": 41, "tokens": 15, "with the key": 20}


def test_two_hundred_forgeries_are_planted() -> None:
    assert LEAST.keys() == FORGERIES.keys()
    assert sum(LEAST.values()) >= 200


@pytest.mark.parametrize("kind", FORGERIES)
def test_each_forgery_is_found_by_both_and_named(world: World, kind: str) -> None:
    wrong, names = [], []
    for name, file, options, ours, theirs in FORGERIES[kind](world):
        names.append(name)
        for who, said, expected in (("product", product(file, *options), ours), ("apart", apart(file, *options), theirs)):
            if said[0] != 1 or expected not in said[1] or said[1].count("\n") != 1:
                wrong.append((name, who, expected, *said))
    assert wrong == []
    assert len(set(names)) == len(names) >= LEAST[kind]
