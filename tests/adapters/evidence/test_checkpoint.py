"""Checkpoints are C2SP notes: published examples open, a second implementation agrees, and nothing malformed does."""

from __future__ import annotations

import stat
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest

from adapters.evidence.checkpoint import Checkpoint, NoteError, checkpoint_from_text, opened, opened_checkpoint, public_key_from_text
from adapters.evidence.keyfile import KEY_FILE, signer_in
from adapters.evidence.merkle import EMPTY_ROOT

# From the documentation of golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# From the documentation of the Elixir package signed_note.
ELIXIR_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
ELIXIR_NOTE = (
    "This is an example message.\n\n"
    "— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)


@pytest.mark.parametrize(("key", "note"), [(GO_KEY, GO_NOTE), (ELIXIR_KEY, ELIXIR_NOTE)])
def test_notes_that_others_published_open_with_their_keys(key: str, note: str) -> None:
    assert opened(note, public_key_from_text(key)) == note.rpartition("\n\n")[0] + "\n"
    assert public_key_from_text(key).text == key


@pytest.mark.rule("G4")
def test_a_checkpoint_opens_with_its_logs_key_alone(tmp_path: Path) -> None:
    signer, stranger = signer_in(tmp_path / "ours", "example.com/log"), signer_in(tmp_path / "theirs", "example.com/log")
    checkpoint = Checkpoint("example.com/log", 7, EMPTY_ROOT)
    note = signer.sign(checkpoint.text)
    assert note.startswith("example.com/log\n7\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n— example.com/log ")
    assert opened_checkpoint(note, signer.public) == checkpoint
    with pytest.raises(NoteError, match="not signed by this key"):
        opened_checkpoint(note, stranger.public)


def test_a_witness_may_sign_too(tmp_path: Path) -> None:
    signer, witness = signer_in(tmp_path / "log"), signer_in(tmp_path / "witness")
    text = Checkpoint(signer.public.name, 1, EMPTY_ROOT).text
    both = signer.sign(text) + witness.sign(text).rpartition("\n\n")[2]
    assert opened(both, signer.public) == opened(both, witness.public) == text


def test_another_implementation_reads_our_checkpoints(tmp_path: Path) -> None:
    theirs = pytest.importorskip("tlog_scales.tlog")
    signing = pytest.importorskip("tlog_scales.signing")
    signer = signer_in(tmp_path)
    note = signer.sign(Checkpoint(signer.public.name, 42, EMPTY_ROOT).text)
    read = theirs.Checkpoint.from_text(note)
    read.verify(signing.Vkey.from_string(signer.public.text))
    assert (read.origin, read.size, read.root_hash) == (signer.public.name, 42, EMPTY_ROOT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "log\n1\n",
        "log\n01\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "log\n-1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "log\n१\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
        "log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFV=\n",
        "log\n1\nAAAA\n",
        "log\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\nextension\n",
        "\n1\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(NoteError):
        checkpoint_from_text(text)


@pytest.mark.parametrize(
    "note",
    [
        "",
        "text\n",
        "text\n\n",
        GO_NOTE[:-1],
        GO_NOTE + "\n",
        GO_NOTE.replace("— ", "- "),
        GO_NOTE.replace("is the", "is\0the"),
        "x" * 70_000,
    ],
)
def test_what_is_no_note_is_refused(note: str) -> None:
    with pytest.raises(NoteError):
        opened(note, public_key_from_text(GO_KEY))


@pytest.mark.parametrize("key", ["", "a+b", GO_KEY.replace("c74f", "c74e"), GO_KEY.replace("Peter", "Poter"), GO_KEY[:-4], "a b+00+AA=="])
def test_what_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(NoteError):
        public_key_from_text(key)


def test_the_signing_key_is_made_once_and_for_its_owner_alone(tmp_path: Path) -> None:
    first, again = signer_in(tmp_path / "store"), signer_in(tmp_path / "store")
    assert first.public == again.public
    assert stat.S_IMODE((tmp_path / "store" / KEY_FILE).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "store").iterdir()] == [KEY_FILE]


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_processes_that_start_at_once_share_one_signing_key(tmp_path: Path) -> None:
    with ProcessPoolExecutor(4) as pool:
        keys = set(pool.map(_key_text, [str(tmp_path)] * 16))
    assert keys == {signer_in(tmp_path).public.text}


def _key_text(folder: str) -> str:
    return signer_in(Path(folder)).public.text


@pytest.mark.parametrize("content", ["", "nonsense", "PRIVATE+KEY+log+00000000+AAAA", "PRIVATE+KEY+log+00000000+" + "A" * 43 + "="])
def test_a_damaged_signing_key_is_named_and_not_replaced(tmp_path: Path, content: str) -> None:
    (tmp_path / KEY_FILE).write_text(content)
    with pytest.raises(NoteError, match="is not a signing key"):
        signer_in(tmp_path)
    assert (tmp_path / KEY_FILE).read_text() == content
