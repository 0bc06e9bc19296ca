"""What the auditor sees: three exit codes, and one line that says what is wrong."""

from __future__ import annotations

import gzip
import io
from pathlib import Path

import pytest

from adapters.cli import audit_verify
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.export import Extras
from adapters.evidence.keyfile import KEY_FILE
from tests.adapters.evidence.store import MemoryLog, event_id, evidence_in, state

pytestmark = pytest.mark.rule("G4")


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog([state(number) for number in range(20)])


@pytest.fixture
def evidence(tmp_path: Path, log: MemoryLog) -> TamperEvidence:
    return evidence_in(tmp_path, log)


@pytest.fixture
def export(tmp_path: Path, evidence: TamperEvidence) -> Path:
    assert audit_verify.export(evidence, tmp_path / "export.ndjson", Extras(), io.StringIO(), io.StringIO()) == 0
    return tmp_path / "export.ndjson"


def verify(file: Path, key: Path | None = None, checkpoint: Path | None = None) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    out, err = io.StringIO(), io.StringIO()
    return audit_verify.verify(file, key, checkpoint, out, err), out.getvalue(), err.getvalue()


def saved(path: Path, text: str | bytes) -> Path:
    """A file with this content."""
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def test_a_sound_export_is_told_with_size_root_and_key(export: Path, evidence: TamperEvidence) -> None:
    code, out, err = verify(export)
    assert (code, err) == (0, "")
    assert "verified: 20 events" in out
    assert evidence.public_key_text() in out
    assert "no trusted key was given" in out


def test_key_and_checkpoint_as_they_are_printed_are_what_verify_takes(tmp_path: Path, export: Path, evidence: TamperEvidence) -> None:
    key, checkpoint = io.StringIO(), io.StringIO()
    assert audit_verify.key(evidence, key) == audit_verify.checkpoint(evidence, checkpoint, io.StringIO()) == 0
    code, out, _ = verify(export, saved(tmp_path / "key", key.getvalue()), saved(tmp_path / "note", checkpoint.getvalue()))
    assert code == 0
    assert "signed by the trusted key" in out
    assert "checkpoint: this history agrees with the one that was given" in out


def test_the_first_wrong_event_is_named_on_one_line(export: Path) -> None:
    content = export.read_bytes().replace(event_id(7).encode(), event_id(8).encode(), 1)
    code, out, err = verify(saved(export, content))
    assert (code, out) == (1, "")
    assert err.count("\n") == 1
    assert f"event 7 (id {event_id(7)})" in err


def test_receipts_and_bundles_are_verified_too(tmp_path: Path, evidence: TamperEvidence) -> None:
    receipt = evidence.receipts([event_id(3)])[0]
    code, out, _ = verify(saved(tmp_path / "certificate.json", receipt.as_json()))
    assert code == 0
    assert f"event 3: AppealDecided, id {event_id(3)}, at 2026-03-02T09:03:00Z" in out
    assert "at: 2026-03-02T09:03:00Z" in out
    saved(tmp_path / "certificate.json", b'{"about": "Ann owns everything", "receipt": ' + receipt.as_json() + b"}")
    assert "in `about`; no event says it: Ann owns everything" in verify(tmp_path / "certificate.json")[1]
    evidence.bundle(tmp_path / "case.zip", "<p>page</p>", {"1.jpg": b"picture"}, [receipt, evidence.receipts([event_id(4)])[0].withheld()])
    code, out, _ = verify(tmp_path / "case.zip")
    assert code == 0
    assert "a case bundle of 2 events and 6 files" in out
    assert "event 4: content withheld" in out


def test_a_continuation_is_printed_and_verified(tmp_path: Path, evidence: TamperEvidence, log: MemoryLog) -> None:
    earlier = saved(tmp_path / "earlier", evidence.checkpoint() + "\n")  # as `jq -r` writes it
    log.append(state(20))
    printed, err = io.StringIO(), io.StringIO()
    assert audit_verify.continuation(evidence, earlier, printed, err) == 0
    code, out, _ = verify(saved(tmp_path / "continuation.json", printed.getvalue()), None, earlier)
    assert code == 0
    assert "verified: the log of 21 events begins with the one of 20" in out
    assert "checkpoint: this history agrees with the one that was given" in out
    assert verify(saved(tmp_path / "cut.json", printed.getvalue()[:-40]))[0] == 1


def test_a_continuation_of_what_is_none_is_told_on_one_line(tmp_path: Path, evidence: TamperEvidence, log: MemoryLog) -> None:
    earlier = saved(tmp_path / "earlier", evidence.checkpoint())
    for since, expected in (
        (tmp_path / "missing", 2),
        (tmp_path, 2),
        (saved(tmp_path / "note", "nonsense"), 2),
        (saved(tmp_path / "binary", b"\xff"), 2),
    ):
        out, err = io.StringIO(), io.StringIO()
        assert (audit_verify.continuation(evidence, since, out, err), out.getvalue()) == (expected, "")
        assert err.getvalue().count("\n") == 1
    (tmp_path / "again").mkdir()
    (tmp_path / "again" / KEY_FILE).write_bytes((tmp_path / KEY_FILE).read_bytes())
    del log.rows[-1]
    out, err = io.StringIO(), io.StringIO()
    assert audit_verify.continuation(evidence_in(tmp_path / "again", log), earlier, out, err) == 1
    assert "something was removed" in err.getvalue()


@pytest.mark.parametrize(
    "content", [b"", b"hello\n", b"\0" * 100, gzip.compress(b"x" * 1000, mtime=0), b"PK\x05\x06" + bytes(18), b"{}\n", b"{" * 9000]
)
def test_what_cannot_be_verified_is_an_error_of_use(tmp_path: Path, content: bytes) -> None:
    code, out, err = verify(saved(tmp_path / "file", content))
    assert (code, out, err.count("\n")) == (2, "", 1)


def test_files_that_cannot_be_read_are_errors_of_use(tmp_path: Path, export: Path) -> None:
    for code, out, err in (
        verify(tmp_path / "missing"),
        verify(tmp_path),
        verify(export, tmp_path / "missing"),
        verify(export, saved(tmp_path / "key", "nonsense")),
        verify(export, saved(tmp_path / "key", b"\xff")),
        verify(export, None, saved(tmp_path / "note", "x" * 70_000)),
    ):
        assert (code, out, err.count("\n")) == (2, "", 1)


def test_a_checkpoint_that_nobody_signed_is_wrong(tmp_path: Path, export: Path) -> None:
    code, _, err = verify(export, None, saved(tmp_path / "note", "nonsense"))
    assert (code, "the given checkpoint" in err) == (1, True)


def test_an_export_is_there_whole_or_not_at_all(tmp_path: Path, evidence: TamperEvidence) -> None:
    err = io.StringIO()
    assert audit_verify.export(evidence, tmp_path / "missing" / "export", Extras(), io.StringIO(), err) == 2
    assert audit_verify.export(evidence, tmp_path / "big", Extras(schema="x" * 40_000_000), io.StringIO(), err) == 1
    assert not any("part" in path.name or path.name == "big" for path in tmp_path.iterdir())


def test_it_runs_by_itself(export: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert audit_verify.main([str(export)]) == 0
    assert "verified: 20 events" in capsys.readouterr().out
