"""A history in Parquet is verified by itself: whatever was edited, taken away or put in is found (rule G4)."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from msgspec.structs import replace

from adapters.evidence.checkpoint import AnySigner, Checkpoint
from adapters.evidence.keyfile import signer_in
from adapters.evidence.reading import NotAnExport, Tampered
from adapters.evidence.trust import Trust
from adapters.parquet.digests import digest_of
from adapters.parquet.layout import MANIFEST, ParquetManifest, decode_manifest, home_of, span_of
from adapters.parquet.reading import opened_parquet
from adapters.parquet.schema import rows_in
from adapters.parquet.verifying import verify_parquet
from adapters.parquet.writing import export_parquet
from tests.adapters.parquet.conftest import Exported, deployed

pytestmark = pytest.mark.rule("G4")
LODGED = "topic=ComplaintLodged/part-00001.parquet"
Change = Callable[[pa.Table], pa.Table]


@pytest.fixture
def copy(exported: Exported, tmp_path: Path) -> Path:
    return Path(shutil.copytree(exported.directory, tmp_path / "export"))


def manifest_in(directory: Path) -> ParquetManifest:
    return decode_manifest((directory / MANIFEST).read_bytes())


def sealed_anew(directory: Path, signer: AnySigner, **changes: object) -> None:
    """What whoever holds a key can do: the manifest says what the files are now, and is sealed."""
    manifest = manifest_in(directory)
    files = [one for one in manifest.files if (directory / one.path).exists()]
    files = [replace(one, sha256=digest_of(directory / one.path), bytes=(directory / one.path).stat().st_size) for one in files]
    files = [replace(one, rows=pq.ParquetFile(directory / one.path).metadata.num_rows) for one in files]
    manifest = replace(manifest, files=tuple(files), events=sum(one.rows for one in files), seal="", **changes)  # type: ignore[arg-type]
    (directory / MANIFEST).write_bytes(replace(manifest, seal=signer.sign(manifest.seal_text)).encoded)


def rewritten(directory: Path, name: str, change: Change) -> None:
    """The file with its first row group changed."""
    with pq.ParquetFile(directory / name) as source:
        groups = [source.read_row_group(number) for number in range(source.num_row_groups)]
    with pq.ParquetWriter(directory / name, groups[0].schema, compression="zstd") as writer:
        for number, group in enumerate(groups):
            writer.write_table(change(group) if number == 0 else group)


def column(name: str, values: Callable[[pa.Table], pa.Array]) -> Change:
    return lambda table: table.set_column(table.schema.get_field_index(name), table.schema.field(name), values(table))


def test_all_events_are_there_in_columns_and_a_case_lies_in_one_span(exported: Exported) -> None:
    found = verify_parquet(exported.directory, Trust(exported.key))
    manifest = manifest_in(exported.directory)
    assert (found.size, found.files) == (manifest.size, len(manifest.files))
    assert manifest.parts == 2 < manifest.spans
    files = [one for one in manifest.files if one.topic == "ComplaintLodged"]
    assert sum(one.rows for one in files) == 30
    event = pq.read_schema(exported.directory / files[0].path).field("event").type
    assert event.field("complainant").type == pa.string()
    assert event.field("accept_by").type.field("closes_at").type == pa.timestamp("us", tz="UTC")
    spans: dict[str, set[int]] = {}
    for one in manifest.files:
        with pq.ParquetFile(exported.directory / one.path) as file:
            for group, span in enumerate(one.spans):
                for row in rows_in(one.topic, file.read_row_group(group)):
                    spans.setdefault(home_of(row.stream, row.topic, row.state), set()).add(span)
                    if one.topic in ("AppealOpened", "AppealDecided"):
                        case = msgspec.json.decode(row.state)["event"]["complaint_id"]
                        assert span == span_of(home_of(case, "ComplaintLodged", b""), manifest.spans)
    assert all(len(own) == 1 for own in spans.values())
    assert (exported.directory.stat().st_mode & 0o77, list(exported.directory.parent.glob(".export*"))) == (0, [])


EDITED: list[tuple[str, Change, str]] = [
    ("a typed column", column("by", lambda t: pa.array(["nobody"] * len(t))), "its columns do not say what its content says"),
    ("a row twice", lambda t: pa.concat_tables([t.slice(0, 1), t]), "is not in its place"),
    ("rows in another order", lambda t: t.take(pa.array(range(len(t))[::-1])), "is not in its place"),
    ("a missing row", lambda t: t.slice(1), "is missing"),
    ("another number", column("number", lambda t: pc.add(t["number"].combine_chunks(), 1)), "is there twice"),
    ("a number beyond", column("number", lambda t: pa.array([10**9] * len(t))), "is not in the tree"),
    ("no number", column("number", lambda t: pa.array([None] * len(t), pa.int64())), "is not in the tree"),
    ("another position", column("position", lambda t: pa.array([1] * len(t))), "not after that of the event before it"),
    ("another content", column("state", lambda t: pc.replace_substring(t["state"].combine_chunks(), b'":"', b'": "')), "another one"),
    ("not the content that was hashed", column("leaf", lambda t: pa.array([b"x" * 32] * len(t))), "not the one that was hashed"),
]


@pytest.mark.parametrize(("change", "why"), [one[1:] for one in EDITED], ids=[one[0] for one in EDITED])
def test_an_edited_row_is_found_by_the_files_digest_and_where_that_was_sealed_anew_by_what_it_says(
    exported: Exported, copy: Path, change: Change, why: str
) -> None:
    rewritten(copy, LODGED, change)
    with pytest.raises(Tampered, match="is not the file that was sealed"):
        verify_parquet(copy, Trust())
    sealed_anew(copy, signer_in(exported.store / "keys"))
    with pytest.raises(Tampered, match=why):
        verify_parquet(copy, Trust(exported.key))


def test_a_missing_file_an_added_file_and_another_manifest_are_found(exported: Exported, copy: Path, tmp_path: Path) -> None:
    own, content = signer_in(exported.store / "keys"), (copy / MANIFEST).read_bytes()
    (copy / "topic=ComplaintLodged" / "part-00009.parquet").write_bytes(b"")
    with pytest.raises(Tampered, match=r"part-00009.parquet does not belong to it"):
        verify_parquet(copy, Trust())
    (copy / "topic=ComplaintLodged" / "part-00009.parquet").unlink()
    held = (copy / LODGED).read_bytes()
    (copy / LODGED).unlink()
    with pytest.raises(Tampered, match=f"{LODGED} is missing"):
        verify_parquet(copy, Trust())
    sealed_anew(copy, own)
    with pytest.raises(Tampered, match=r"event \d+ \(id unknown\): is missing"):
        verify_parquet(copy, Trust())
    (copy / LODGED).write_bytes(held)
    manifest = decode_manifest(content)
    misplaced = replace(manifest.files[0], path="../elsewhere.parquet")
    for changed, why in (
        (b"{}", "the manifest cannot be read"),
        (content.replace(b'"size": ', b'"size":  '), "is not the one that was sealed"),
        (content.replace(b'"rows": 1', b'"rows": 2'), "is not the one that was sealed"),
        (content.replace(b'"seal": "', b'"seal": "x'), "seal or checkpoint"),
        (resealed(replace(manifest, size=manifest.size + 1), own), "contradicts itself"),
        (resealed(replace(manifest, events=manifest.events + 1), own), "contradicts itself"),
        (resealed(replace(manifest, files=(misplaced, *manifest.files[1:])), own), "contradicts itself"),
        (resealed(replace(manifest, position=manifest.position + 1), own), "last position"),
    ):
        (copy / MANIFEST).write_bytes(changed)
        with pytest.raises(Tampered, match=why):
            verify_parquet(copy, Trust(exported.key))
    with pytest.raises(NotAnExport, match=r"no manifest.json"):
        opened_parquet(tmp_path)


def resealed(manifest: ParquetManifest, signer: AnySigner) -> bytes:
    manifest = replace(manifest, seal="")
    return replace(manifest, seal=signer.sign(manifest.seal_text)).encoded


def test_whoever_forges_all_of_it_has_another_key_and_another_history_than_was_signed_earlier(
    exported: Exported, copy: Path, tmp_path: Path
) -> None:
    forger = signer_in(tmp_path / "keys", exported.key.name)
    with pytest.raises(Tampered, match="seal or checkpoint"):
        sealed_anew(copy, forger, key=forger.public.text)
        verify_parquet(copy, Trust())
    with pytest.raises(Tampered, match="not by the trusted key"):
        verify_parquet(copy, Trust(exported.key))
    size = verify_parquet(exported.directory, Trust(exported.key, exported.earlier)).size
    assert int(exported.earlier.splitlines()[1]) < size
    for earlier, why in ((size + 1, "the history is cut"), (5, "the first 5 events are not those of the given checkpoint")):
        note = signer_in(exported.store / "keys").sign(Checkpoint(exported.key.name, earlier, b"r" * 32).text)
        with pytest.raises(Tampered, match=why):
            verify_parquet(exported.directory, Trust(exported.key, note))


def test_a_damaged_history_is_written_as_it_is_and_its_event_named(exported: Exported, tmp_path: Path) -> None:
    store = Path(shutil.copytree(exported.store, tmp_path / "store"))
    with closing(sqlite3.connect(store / "log.sqlite")) as log, log:
        at, state = log.execute("SELECT notification_id, state FROM stored_events WHERE topic = 'Finalized' LIMIT 1").fetchone()
        event = msgspec.json.decode(state)["id"]
        log.execute("UPDATE stored_events SET topic = '../x' WHERE notification_id = (SELECT MIN(notification_id) FROM stored_events)")
        log.execute("UPDATE stored_events SET state = ? WHERE notification_id = ?", (state.replace(b'"because":"', b'"because":"x'), at))
    deployment = deployed(store)
    try:
        manifest = export_parquet(deployment.evidence, tmp_path / "export")
        with pytest.raises(OSError, match="not empty"):
            export_parquet(deployment.evidence, tmp_path / "export")
    finally:
        deployment.close()
    assert manifest.events == manifest.size
    assert {one.topic for one in manifest.files} >= {"other"}
    with pytest.raises(Tampered, match=rf"\(id {event}\): its content is not the one that was hashed"):
        verify_parquet(tmp_path / "export", Trust())
