"""A case bundle attests only what it has checked: what is forged, missing or swapped in the vault is said and not shown (rule G4)."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from adapters.cli.opening import opened
from adapters.store.opening import open_store
from adapters.system.settings import Settings
from application import decide
from application.acting import Command, run
from tests.adapters.cli.conftest import Played, Run

pytestmark = pytest.mark.rule("G4")
BY_RIGHT = ("--with-identities", "--to", "the court", "--order", "order 7", "--reason", "a civil suit")


def events(store: Path, topic: str) -> Iterator[dict[str, Any]]:
    """What the store's events of a kind say."""
    with closing(sqlite3.connect(store / "log.sqlite")) as log, log:
        for (state,) in log.execute("SELECT state FROM stored_events WHERE topic = ? ORDER BY notification_id", (topic,)):
            yield json.loads(state)["event"]


def in_vault(store: Path, kind: str, digest: str) -> Path:
    """A file of the vault."""
    return store / "vault" / kind / digest[:2] / digest


def read(bundle: Path) -> dict[str, bytes]:
    """The bundle's files."""
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_a_forged_scaled_picture_is_not_shown(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    originals("case", played.case(0), "--bundle", tmp_path / "before.zip", store=store)
    for scaled in (store / "vault" / "scaled").glob("*/*"):
        scaled.write_bytes(b"\xff\xd8 FORGED PICTURE")
    said = originals("case", played.case(0), "--bundle", tmp_path / "after.zip", store=store)
    assert said.code == 0
    before, after = read(tmp_path / "before.zip"), read(tmp_path / "after.zip")
    pictures = [name for name in after if name.startswith("pictures/")]
    assert len(pictures) >= 2
    assert all(after[name] == before[name] and b"FORGED" not in after[name] for name in pictures)


@pytest.mark.parametrize(
    ("harm", "why"),
    [(lambda file: file.unlink(), "it is not in the vault"), (lambda file: file.write_bytes(b"FORGED"), "is not what the event")],
)
def test_a_missing_or_damaged_original_is_said_everywhere(
    harm: Any, why: str, originals: Run, store: Path, played: Played, tmp_path: Path
) -> None:
    filings = [event["digest"] for event in events(store, "Filed")]
    for digest in filings:
        harm(in_vault(store, "original", digest))
    said = originals("case", played.case(0), "--bundle", tmp_path / "case.zip", store=store)
    assert said.code == 1
    assert len(said.wrong) == 1
    assert "The filed picture" in said.err
    assert why in said.err
    files = read(tmp_path / "case.zip")
    assert not [name for name in files if name.startswith("pictures/filed")]
    assert why in files["index.html"].decode()
    assert [one["name"] for one in json.loads(files["manifest.json"])["missing"]] == ["pictures/filed"]
    verified = originals("audit", "verify", tmp_path / "case.zip")
    assert verified.code == 0
    assert f"missing pictures/filed: The filed picture, SHA-256 {filings[0]}"[:60] in verified.out


def test_sealed_evidence_that_was_swapped_is_not_shown(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    handed = list(events(store, "EvidenceUploaded"))
    stores = open_store(str(store))
    in_vault(store, "sealed", handed[0]["digest"]).write_bytes(
        stores.sealer.seal_bytes(handed[0]["owner"], b"another file of the same member")
    )
    stores.close()
    said = originals("case", played.case(0), "--bundle", tmp_path / "case.zip", *BY_RIGHT, store=store)
    assert said.code == 1
    assert "Evidence for an appeal" in said.err
    assert "what is in the vault is not what the event names" in said.err
    assert sum(name.startswith("evidence/") for name in read(tmp_path / "case.zip")) == len(handed) - 1


def test_it_says_what_is_proven_by_an_event_and_what_rests_on_the_seal(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    originals("case", played.case(0), "--bundle", tmp_path / "case.zip", *BY_RIGHT, store=store)
    said = originals("audit", "verify", tmp_path / "case.zip").out
    assert "file pictures/filed-original.jpg: its digest is named by an event" in said
    for name in ("index.html", "history.txt", "pictures/filed.jpg"):
        assert f"file {name}: rests on the operator's seal alone" in said
    page = read(tmp_path / "case.zip")["index.html"].decode()
    assert "made anew from the original without its metadata; the original (not this file) has SHA-256" in page


@pytest.mark.rule("H7")
def test_what_the_desk_noted_is_read_in_the_history_and_leaves_the_house_nowhere(
    originals: Run, store: Path, played: Played, tmp_path: Path
) -> None:
    case, said = played.case(0), "a word for the desk alone"
    with opened(Settings(store=str(store))) as deployment:
        run(deployment.platform, Command("note", "staff:9"), lambda act: decide.add_note(act, case, said))
    assert f'noted for the desk: "{said}"' in originals("case", case, store=store).out
    for name, more in (("plain.zip", ()), ("whole.zip", BY_RIGHT)):
        originals("case", case, "--bundle", tmp_path / name, *more, store=store)
        assert originals("audit", "verify", tmp_path / name).code == 0
        files = b"".join(read(tmp_path / name).values())
        assert said.encode() not in files
        assert b"NoteAdded" not in files
    originals("audit", "export", tmp_path / "export.ndjson", store=store)
    exported = (tmp_path / "export.ndjson").read_bytes()
    assert b"NoteAdded" in exported
    assert said.encode() not in exported
    assert originals("replay", store=store).code == 0


@pytest.mark.rule("G4b")
def test_a_bundle_and_an_export_that_leave_the_house_are_on_record(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    case = played.case(0)
    originals("case", case, "--bundle", tmp_path / "case.zip", store=store)
    read = list(events(store, "HistoryRead"))[-1]
    assert (read["what"], read["subject"]) == ("bundle", case)
    originals("audit", "export", tmp_path / "export.ndjson", store=store)
    assert list(events(store, "HistoryRead"))[-1]["what"] == "export"
    assert b'"what":"export"' in (tmp_path / "export.ndjson").read_bytes()


@pytest.mark.rule("G4b")
@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u3000", "\udcff"])
@pytest.mark.parametrize("option", ["--to", "--order", "--reason"])
def test_a_disclosure_says_in_words_to_whom_on_whose_order_and_why(
    option: str, blank: str, originals: Run, store: Path, played: Played
) -> None:
    given = {"--to": "the court", "--order": "order 7", "--reason": "a civil suit", option: blank}
    said = originals("case", played.case(0), "--with-identities", *[word for pair in given.items() for word in pair], store=store)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert f"{option} must not be blank" in said.err
    assert "told the court" not in originals("case", played.case(0), store=store).out
