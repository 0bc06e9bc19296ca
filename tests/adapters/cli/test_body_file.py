"""The case file for an outside body on the command line: without the complainant, but for a disclosure that is on record (rule H9)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from adapters.case_file import body_file
from adapters.cli.opening import opened
from adapters.system.settings import Settings
from application.acting import Command, run
from application.audit import case_history
from application.index import CaseById
from application.outside_bodies import take_complaint, take_notice
from application.refusals import found
from domain.case.events import DESK_ONLY, ONE_PARTYS, Accepted, Lifted, RoundDecided, RoundReversed
from tests.adapters.cli.conftest import Played, Run
from tests.adapters.cli.test_bundle import BY_RIGHT, events, read

pytestmark = pytest.mark.rule("H9")


def told(store: Path, case: str) -> tuple[str, ...]:
    """Both parties of an ended case went to a body; returns what nobody may read in a file without identities."""
    with opened(Settings(store=str(store))) as deployment:
        platform = deployment.platform
        row = found(platform.store.ask(CaseById(case)))
        owner, seller = (found(platform.identities.by_id(member)) for member in (row.complainant, row.respondent))
        run(platform, Command("body", owner.member_id), lambda act: take_complaint(act, owner, case, "the owner's body", "A-1"))
        run(
            platform,
            Command("body", seller.member_id),
            lambda act: take_notice(act, seller, row.notice_id or "", "the seller's body", "M-1"),
        )
        filing = platform.store.load(row.filing_id)[0].event
        return (owner.subject, owner.member_id, row.filing_id, filing.digest, "the owner's body", "the seller's body")  # type: ignore[union-attr]


@pytest.mark.rule("C5", "H7", "G4b")
def test_it_is_verified_offline_and_tells_nothing_of_the_complainant(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    case = played.case(0)
    secrets = told(store, case)
    file = tmp_path / "case.zip"
    said = originals("case", case, "--body-file", file, store=store)
    assert (said.code, said.wrong) == (0, [])
    assert said.out.endswith("identities withheld\n")
    verified = originals("audit", "verify", file)
    assert verified.code == 0
    assert "file pictures/filed.jpg: rests on the operator's seal alone" in verified.out
    files = read(file)
    whole = b"".join(files.values())
    assert not [secret for secret in secrets[1:] if secret.encode() in whole]
    assert not [line for line in files["history.txt"].decode().splitlines() if "complained of" in line or "outside body" in line]
    assert "accepted the complaint" in files["history.txt"].decode()
    assert [one["what"] for one in events(store, "HistoryRead")][-1] == "body file"
    # With the identities by a disclosure it is the bundle, but for the bodies: each body knows of its own.
    assert originals("case", case, "--body-file", file, *BY_RIGHT, store=store).code == 0
    page = read(file)["index.html"].decode()
    assert secrets[0] in page
    assert "outside body" not in page
    assert originals("audit", "verify", file).code == 0


@pytest.mark.rule("G4b")
def test_what_a_party_did_after_the_end_is_in_the_bundle_only_by_a_disclosure(
    originals: Run, store: Path, played: Played, tmp_path: Path
) -> None:
    case = played.case(0)
    told(store, case)
    assert "went to an outside body" not in originals("case", case, store=store).out
    assert 'took the case to an outside body, "the seller\'s body", under "M-1"' in originals("case", case, store=store).out
    originals("case", case, "--bundle", tmp_path / "plain.zip", store=store)
    originals("case", case, "--bundle", tmp_path / "whole.zip", *BY_RIGHT, store=store)
    plain, whole = (b"".join(read(tmp_path / name).values()) for name in ("plain.zip", "whole.zip"))
    assert b"outside body" not in plain
    assert b"TakenToBody" not in plain
    assert b"TakenToBody" in whole
    assert originals("audit", "verify", tmp_path / "plain.zip").code == 0
    assert originals("replay", store=store).code == 0


@pytest.mark.rule("H7", "H8")
def test_a_body_reads_what_was_decided_and_nothing_that_the_desk_or_one_party_alone_reads() -> None:
    assert {Accepted, RoundDecided, RoundReversed, Lifted} <= body_file.READ_BY_BODIES
    assert not body_file.READ_BY_BODIES & (DESK_ONLY | ONE_PARTYS)


def test_two_files_at_once_are_not_written(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    said = originals("case", played.case(0), "--bundle", tmp_path / "a.zip", "--body-file", tmp_path / "b.zip", store=store)
    assert (said.code, said.err.count("\n")) == (2, 1)


def test_evidence_beyond_its_room_is_named_and_not_there(
    originals: Run, store: Path, played: Played, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(body_file, "ROOM", 0)
    assert originals("case", played.case(0), "--body-file", tmp_path / "case.zip", store=store).code == 0
    files = read(tmp_path / "case.zip")
    assert not [name for name in files if name.startswith("evidence/")]
    assert {one["why"] for one in json.loads(files["manifest.json"])["missing"]} == {"there is no room for it in this file"}


def test_a_complaint_that_was_declined_has_no_notice_to_be_told_of(originals: Run, store: Path, played: Played) -> None:
    with opened(Settings(store=str(store))) as deployment:
        history = case_history(deployment.platform, deployment.stores.store, played.case(0))
    unserved = history._replace(lines=tuple(line for line in history.lines if line.kind not in ("complaint", "appeal")))
    told = body_file.without_complainant(unserved)
    assert told.case.link == "of which no notice was served"
    assert {line.kind for line in told.lines} <= {"evidence"}
