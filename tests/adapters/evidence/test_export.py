"""An export verifies by itself; whatever is done to it is found, and the first wrong event is named."""

from __future__ import annotations

import io
import random
import tracemalloc
from pathlib import Path

import msgspec
import pytest

from adapters.evidence import chunks
from adapters.evidence.checkpoint import to_base64
from adapters.evidence.envelope import decode_envelope
from adapters.evidence.evidence import TamperEvidence
from adapters.evidence.export import Extras
from adapters.evidence.keyfile import KEY_FILE
from adapters.evidence.lines import MOST_LINE_BYTES, enveloped_line, event_line, source_json, thinned
from adapters.evidence.merkle import leaf_hash
from adapters.evidence.reading import NotAnExport, Tampered
from adapters.evidence.trust import Trust
from adapters.evidence.verify import verify_export
from tests.adapters.evidence.store import MONDAY, MemoryLog, event_id, evidence_in, exported, sqlite, state, tree_in

pytestmark = pytest.mark.rule("G4")
EVENTS = 40


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog([state(number) for number in range(EVENTS - 15)])


@pytest.fixture
def evidence(tmp_path: Path, log: MemoryLog) -> TamperEvidence:
    """Forty events, signed at 25, 30 and 40."""
    made = evidence_in(tmp_path, log)
    made.checkpoint()
    for more in (5, 10):
        for _ in range(more):
            log.append(state(len(log.rows)))
        made.checkpoint()
    return made


def found_in(tmp_path: Path, content: bytes, trust: Trust | None = None) -> Tampered:
    """What verification finds in these bytes."""
    (tmp_path / "changed").write_bytes(content)
    with pytest.raises(Tampered) as found:
        verify_export(tmp_path / "changed", trust or Trust())
    return found.value


def test_a_sound_export_is_verified_from_the_file_alone(tmp_path: Path, evidence: TamperEvidence) -> None:
    exported(evidence, tmp_path / "export")
    verified = verify_export(tmp_path / "export", Trust())
    assert (verified.size, verified.checkpoints) == (EVENTS, 3)
    assert (verified.root, verified.key.text) == (evidence.root(EVENTS), evidence.public_key_text())


def test_each_event_is_a_cloud_event_that_carries_the_stored_bytes(tmp_path: Path, evidence: TamperEvidence, log: MemoryLog) -> None:
    head, *lines = exported(evidence, tmp_path / "export").splitlines()
    assert msgspec.json.decode(head)["tree"]["size"] == EVENTS
    for number, line in enumerate(lines[:EVENTS]):
        stored = msgspec.json.decode(log.rows[number].state)
        event = msgspec.json.decode(line)
        assert event == {
            "specversion": "1.0",
            "id": stored["id"],
            "source": msgspec.json.decode(head)["origin"],
            "type": stored["event"]["type"],
            "subject": stored["originator_id"],
            "time": stored["at"],
            "recordedat": stored["recorded_at"],
            "sequence": str(number),
            "leafhash": leaf_hash(log.rows[number].state).hex(),
            "datacontenttype": "application/json",
            "data": stored,
        }
        assert log.rows[number].state in line
    assert [list(msgspec.json.decode(line)) for line in lines[EVENTS:]] == [["checkpoint", "at"]] * 3


def test_rulebooks_calendars_and_schema_travel_in_the_head(tmp_path: Path, evidence: TamperEvidence) -> None:
    written = io.BytesIO()
    evidence.export(written, Extras([{"version": "2026-01"}], [{"country": "CN"}], {"ComplaintLodged": {}}))
    (tmp_path / "export").write_bytes(written.getvalue())
    head = msgspec.json.decode(written.getvalue().splitlines()[0])
    assert (head["rulebooks"], head["calendars"], head["schema"]) == (
        [{"version": "2026-01"}],
        [{"country": "CN"}],
        {"ComplaintLodged": {}},
    )
    assert verify_export(tmp_path / "export", Trust()).size == EVENTS


def test_an_empty_log_has_an_export_too(tmp_path: Path) -> None:
    exported(evidence_in(tmp_path, MemoryLog()), tmp_path / "export")
    assert verify_export(tmp_path / "export", Trust()).size == 0


def test_bytes_that_are_no_envelope_are_carried_and_verified(tmp_path: Path) -> None:
    odd = [b"", b"\x00\xff\n", b"{}", b"[" * 100_000, b'{"id":1}', state(0), state(1).replace(b'"id":"', b'"id":{"data":1},"x":"')]
    exported(evidence_in(tmp_path, MemoryLog(odd)), tmp_path / "export")
    assert verify_export(tmp_path / "export", Trust()).size == len(odd)


@pytest.mark.parametrize(
    ("what", "changed", "n"),
    [
        ("changed", lambda lines: [*lines[:8], lines[8].replace(b"my picture", b"my pictvre"), *lines[9:]], 7),
        ("attribute", lambda lines: [*lines[:8], lines[8].replace(b'"subject":"case', b'"subject":"casf'), *lines[9:]], 7),
        ("whitespace", lambda lines: [*lines[:8], lines[8].replace(b'"1.0",', b'"1.0", '), *lines[9:]], 7),
        ("removed", lambda lines: [*lines[:8], *lines[9:]], 7),
        ("inserted", lambda lines: [*lines[:8], lines[30], *lines[8:]], 7),
        ("duplicated", lambda lines: [*lines[:9], *lines[8:]], 8),
        ("swapped", lambda lines: [*lines[:8], lines[9], lines[8], *lines[10:]], 7),
        ("last removed", lambda lines: [*lines[:40], *lines[41:]], 39),
        ("truncated", lambda lines: lines[:20], 19),
        ("cut in a line", lambda lines: [*lines[:20], lines[20][:50]], 19),
    ],
)
def test_the_first_wrong_event_is_named(tmp_path: Path, evidence: TamperEvidence, what: str, changed, n: int) -> None:  # type: ignore[no-untyped-def]
    lines = exported(evidence, tmp_path / "export").splitlines(keepends=True)
    found = found_in(tmp_path, b"".join(changed(lines)))
    assert (found.n, found.line.startswith(f"event {n} (id ")) == (n, True), what
    assert found.event_id in (None, "", event_id(n)) or what in ("removed", "inserted", "duplicated", "swapped")


def test_an_event_that_is_forged_in_every_place_of_its_line_is_named_too(tmp_path: Path, evidence: TamperEvidence) -> None:
    lines = exported(evidence, tmp_path / "export").splitlines(keepends=True)
    forged = state(12, "that is not my picture")
    source = source_json(msgspec.json.decode(lines[0])["origin"])
    lines[13] = event_line(12, source, forged, leaf_hash(forged).hex().encode())
    found = found_in(tmp_path, b"".join(lines))
    assert (found.n, found.event_id) == (12, event_id(12))
    assert "not what the log's key signed" in found.line


def test_the_same_holds_in_a_log_longer_than_the_heads_nodes(tmp_path: Path) -> None:
    log = MemoryLog([state(number) for number in range(2500)])
    lines = exported(evidence_in(tmp_path, log), tmp_path / "export").splitlines(keepends=True)
    source, forged = source_json(msgspec.json.decode(lines[0])["origin"]), state(0, "forged")
    for n, first in ((1001, 1000), (2499, 2496)):
        line = event_line(n, source, forged, leaf_hash(forged).hex().encode())
        found = found_in(tmp_path, b"".join([*lines[: n + 1], line, *lines[n + 2 :]]))
        assert (found.n, found.event_id) == (first, event_id(first))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_log_of_several_chunks_is_verified_on_one_core_or_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    monkeypatch.setattr(chunks, "CHUNK_LEVEL", 4)
    monkeypatch.setattr(chunks, "CHUNK", 16)
    log = MemoryLog([state(number) for number in range(37)])
    evidence = evidence_in(tmp_path, log)
    notes = [evidence.checkpoint()]
    for size in (45, 48, 64, 100):
        while len(log.rows) < size:
            log.append(state(len(log.rows)))
        notes.append(evidence.checkpoint())
    content = exported(evidence, tmp_path / "export")
    for note in (None, *notes):
        assert verify_export(tmp_path / "export", Trust(checkpoint=note), workers).size == 100
    (tmp_path / "changed").write_bytes(content.replace(event_id(50).encode(), event_id(51).encode()))
    with pytest.raises(Tampered) as found:
        verify_export(tmp_path / "changed", Trust(), workers)
    assert found.value.n == 50
    (tmp_path / "cut").write_bytes(b"".join(content.splitlines(keepends=True)[:60]))
    with pytest.raises(Tampered) as found:
        verify_export(tmp_path / "cut", Trust(), workers)
    assert found.value.n == 59


@pytest.mark.rule("G8")
@pytest.mark.parametrize("workers", [1, 2])
def test_a_sealed_replay_is_held_against_the_history_that_it_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: int) -> None:
    """Whichever chunk its events end in, and however its own bytes are written; one that names other events is named."""
    monkeypatch.setattr(chunks, "CHUNK_LEVEL", 4)
    monkeypatch.setattr(chunks, "CHUNK", 16)
    log = MemoryLog([state(number) for number in range(40)])
    evidence = evidence_in(tmp_path, log)
    evidence.catch_up()
    for size in (0, 5, 16, 37, 40):
        escaped = b'"statement":"\\u0041"' if size == 37 else b'"statement":""'
        log.append(sealed_on(size, evidence.root(size)).replace(b'"statement":""', escaped))
    log.append(sealed_on(50, b"").replace(b'"size":50', b'"size":"many"'))
    exported(evidence, tmp_path / "export")
    assert verify_export(tmp_path / "export", Trust(), workers).size == 46
    for size, why in (
        (37, "stood on another history: its root is not that of the first 37"),
        (47, "it names more events than were before"),
    ):
        log.append(sealed_on(size, evidence.root(38)))
        exported(evidence, tmp_path / "export")
        with pytest.raises(Tampered, match=why) as found:
            verify_export(tmp_path / "export", Trust(), workers)
        assert found.value.n == 46
        log.rows.pop()
        (tmp_path / f"forged {size}").mkdir()
        evidence = evidence_in(tmp_path / f"forged {size}", log)
        evidence.catch_up()


def sealed_on(size: int, root: bytes) -> bytes:
    """A stored event that says that a replay was sealed over so many events."""
    event = {"type": "ReplaySealed", "statement": "", "size": size, "root": root.hex()}
    return msgspec.json.encode({**msgspec.json.decode(state(1000 + size)), "event": event})


@pytest.mark.parametrize(
    "content",
    [
        state(1),
        state(1).replace(b'"id":"event', b'"id":"\\u0065vent'),
        state(1).replace(b"case-", "案-".encode()),
        state(1).replace(b'"id":', b'"id":"first","id":'),
        state(1).replace(b'"type":"', b'"type":"First","type":"'),
        state(1).replace(b',"at":', b' ,\t"at" : '),
        state(1, statement='he said "no"\n'),
    ],
)
def test_an_events_line_is_the_same_by_the_quick_way_and_by_the_exact_one(tmp_path: Path, content: bytes) -> None:
    leaf = leaf_hash(content).hex().encode()
    assert event_line(7, b'"origin"', content, leaf) == enveloped_line(b"7", b'"origin"', decode_envelope(content), leaf, content)
    evidence = evidence_in(tmp_path, MemoryLog([state(0), content, state(2)]))
    exported(evidence, tmp_path / "export")
    assert verify_export(tmp_path / "export", Trust(), 1).size == 3


def test_what_was_done_to_the_store_itself_is_in_the_export_and_found(tmp_path: Path, evidence: TamperEvidence, log: MemoryLog) -> None:
    rows = list(log.rows)
    log.change(9, state(9, "something else"))
    found = found_in(tmp_path, exported(evidence, tmp_path / "export"))
    assert (found.n, found.event_id, "content" in found.why) == (9, event_id(9), True)
    log.rows = [*rows[:9], *rows[10:]]
    assert found_in(tmp_path, exported(evidence, tmp_path / "export")).n == 9
    gap = next(i for i, row in enumerate(rows) if i and row.notification_id - rows[i - 1].notification_id > 1)
    log.rows = [*rows[:gap], rows[0]._replace(notification_id=rows[gap].notification_id - 1, state=state(99)), *rows[gap:]]
    found = found_in(tmp_path, exported(evidence, tmp_path / "export"))
    assert (found.n, found.event_id) == (gap, event_id(99))
    assert "is not in the tree" in found.why


def test_a_history_that_does_not_continue_the_given_checkpoint_is_forked(tmp_path: Path, evidence: TamperEvidence, log: MemoryLog) -> None:
    given = evidence.checkpoint()
    exported(evidence, tmp_path / "export")
    assert verify_export(tmp_path / "export", Trust(checkpoint=given)).size == EVENTS
    (tmp_path / "fork").mkdir()
    (tmp_path / "fork" / KEY_FILE).write_bytes((tmp_path / KEY_FILE).read_bytes())
    other = MemoryLog([state(number) for number in (*range(11), 99, *range(12, 50))])
    content = exported(evidence_in(tmp_path / "fork", other), tmp_path / "forked")
    assert verify_export(tmp_path / "forked", Trust()).size == 50
    assert "forked" in found_in(tmp_path, content, Trust(checkpoint=given)).line


def test_a_history_shorter_than_the_given_checkpoint_is_cut(tmp_path: Path, evidence: TamperEvidence, log: MemoryLog) -> None:
    content = exported(evidence, tmp_path / "export")
    log.append(state(EVENTS))
    assert "cut" in found_in(tmp_path, content, Trust(checkpoint=evidence.checkpoint())).line


def test_a_file_signed_with_another_key_is_not_the_trusted_logs(tmp_path: Path, evidence: TamperEvidence) -> None:
    (tmp_path / "forger").mkdir()
    forger = evidence_in(tmp_path / "forger", MemoryLog([state(number) for number in range(EVENTS)]))
    forged = exported(forger, tmp_path / "forged")
    trusted = verify_export(_written(tmp_path / "export", exported(evidence, tmp_path / "export")), Trust()).key
    assert "not by the trusted key" in found_in(tmp_path, forged, Trust(key=trusted)).line
    assert "given checkpoint" in found_in(tmp_path, forged, Trust(checkpoint=evidence.checkpoint())).line


def test_a_checkpoint_that_the_key_did_not_sign_is_forged(tmp_path: Path, evidence: TamperEvidence) -> None:
    (tmp_path / "forger").mkdir()
    forger = evidence_in(tmp_path / "forger", MemoryLog([state(number) for number in range(EVENTS)]))
    lines = exported(evidence, tmp_path / "export").splitlines(keepends=True)
    forged = exported(forger, tmp_path / "forged").splitlines(keepends=True)
    assert "checkpoint of size 40: not signed by this key" in found_in(tmp_path, b"".join([*lines[:-1], forged[-1]])).line


@pytest.mark.parametrize(
    "changed",
    [
        lambda lines: lines[:-1],
        lambda lines: [*lines[:-2], lines[-1]],
        lambda lines: [*lines[:-2], lines[-1], lines[-2]],
        lambda lines: [*lines, lines[-1]],
        lambda lines: [*lines, b"\n"],
        lambda lines: [*lines, b" "],
        lambda lines: [*lines[:-1], lines[-1].replace(b'"at":"2026', b'"at":"2025')],
        lambda lines: [*lines[:-1], lines[-1].replace(b',"at"', b', "at"')],
        lambda lines: [lines[0].replace(b'"rulebooks":[]', b'"rulebooks":[{}]'), *lines[1:]],
        lambda lines: [lines[0].replace(b'"rulebooks":', b' "rulebooks":'), *lines[1:]],
        lambda lines: [lines[0].replace(b'"seal":"', b'"seal":"x'), *lines[1:]],
        lambda lines: [lines[0].replace(b'{"format"', b'{"format":1,"format"'), *lines[1:]],
        lambda lines: [lines[0][:-2] + b',"more":1}\n', *lines[1:]],
    ],
)
def test_head_and_checkpoints_cannot_be_changed_either(tmp_path: Path, evidence: TamperEvidence, changed) -> None:  # type: ignore[no-untyped-def]
    lines = exported(evidence, tmp_path / "export").splitlines(keepends=True)
    assert found_in(tmp_path, b"".join(changed(lines))).n is None


def _one_change(rng: random.Random, content: bytes) -> tuple[bytes, int | None]:
    """The content with one change, and the line (0 is the head) in which it must be noticed first."""
    lines = content.splitlines(keepends=True)
    kind, at = rng.choice(("byte", "byte", "byte", "removed", "duplicated", "swapped", "cut")), rng.randrange(1, len(lines))
    match kind:
        case "byte":
            place = rng.randrange(len(content))
            other = (content[place] + rng.randrange(1, 256)) % 256
            return content[:place] + bytes([other]) + content[place + 1 :], content.count(b"\n", 0, place)
        case "removed":
            return b"".join(lines[:at] + lines[at + 1 :]), at
        case "duplicated":
            return b"".join([*lines[:at], lines[at], *lines[at:]]), at + 1
        case "swapped":
            other = rng.choice([line for line in range(1, len(lines)) if line != at])
            lines[at], lines[other] = lines[other], lines[at]
            return b"".join(lines), min(at, other)
        case _:
            place = rng.randrange(len(lines[0]), len(content))
            return content[:place], content.count(b"\n", 0, place)


@pytest.mark.parametrize("changes", [300, pytest.param(10_000, marks=pytest.mark.slow)])
def test_random_single_changes_are_all_found_where_they_are(tmp_path: Path, evidence: TamperEvidence, changes: int) -> None:
    content, rng = exported(evidence, tmp_path / "export"), random.Random(changes)
    for number in range(changes):
        changed, line = _one_change(rng, content)
        found = found_in(tmp_path, changed)
        expected = line - 1 if line is not None and 1 <= line <= EVENTS else None
        assert found.n == expected, (number, found.line)
        assert found.line.isprintable()


@pytest.mark.parametrize(
    "content",
    [b"", b"\n", b"{}\n", b"\0" * 5000, b"[" * 100_000 + b"\n", b"x" * 5000, b'{"specversion":"1.0"}\n', bytes(range(256)) * 10],
)
def test_what_is_no_export_is_not_verified(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "file").write_bytes(content)
    with pytest.raises((NotAnExport, Tampered)) as refused:
        verify_export(tmp_path / "file", Trust())
    assert "\n" not in str(refused.value)


def test_a_line_without_end_is_refused_with_bounded_memory(tmp_path: Path, evidence: TamperEvidence) -> None:
    lines = exported(evidence, tmp_path / "export").splitlines(keepends=True)
    with (tmp_path / "changed").open("wb") as file:
        file.write(b"".join(lines[:5]))
        file.truncate(file.tell() + 8 * MOST_LINE_BYTES)
    tracemalloc.start()
    with pytest.raises(Tampered, match=r"event 4 .*a line is longer than"):
        verify_export(tmp_path / "changed", Trust(), workers=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * MOST_LINE_BYTES


def test_a_log_never_signs_two_histories(tmp_path: Path, evidence: TamperEvidence, log: MemoryLog) -> None:
    log.append(state(EVENTS))
    with sqlite(tmp_path).begin() as connection:
        connection.exec_driver_sql("UPDATE evidence_leaf SET leaf_hash = ? WHERE n = 3", (leaf_hash(b"another"),))
    with pytest.raises(Tampered, match="not a continuation"):
        evidence.checkpoint()


def test_the_same_size_is_signed_once(tmp_path: Path, evidence: TamperEvidence) -> None:
    first = evidence.checkpoint()
    assert evidence.checkpoint() == first
    stored = tree_in(tmp_path).checkpoint(EVENTS)
    assert stored is not None
    assert (stored.note, stored.at) == (first, MONDAY.isoformat().replace("+00:00", "Z"))
    assert to_base64(evidence.root(EVENTS)) in first


@pytest.mark.parametrize(("sizes", "most"), [(0, 4), (1, 4), (4, 4), (5, 4), (100, 4), (1001, 10)])
def test_many_checkpoints_are_thinned_and_the_last_one_stays(sizes: int, most: int) -> None:
    kept = thinned(range(sizes), most)
    assert len(kept) <= most
    assert kept == sorted(set(kept))
    assert kept[-1:] == list(range(sizes))[-1:]


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path
