"""The history of a case on the command line: in words, as data, as a bundle (rules G1, G4, G4b)."""

from __future__ import annotations

import json
import re
import zipfile
from pathlib import Path

import pytest

from tests.adapters.cli.conftest import Played, Run

BY_RIGHT = ("--with-identities", "--to", "the court", "--order", "order 7", "--reason", "a civil suit")


@pytest.mark.rule("G1")
def test_it_tells_who_did_what_when_under_which_rulebook_and_why(originals: Run, store: Path, played: Played) -> None:
    said = originals("case", played.case(0), store=store)
    assert said.code == 0
    for told in (
        "2026-02-12T02:00:00Z  rui: accepted the complaint: The same picture, mirrored and trimmed.",
        "2026-02-14T02:00:00Z  rui: rejected the appeal of round 1: No original file was produced.",
        "2026-02-26T01:30:00Z  sana: the case was lifted (appeal): The studio confirms the licence.",
        "under original-protection 2026-01, calendar CN",
        "written down 2026-02-26T01:30:00Z",
        "rui: attempted: decision; refused: same_reviewer",
        "to the respondent: notice served: An infringement notice was served on your listing.",
        "to the complainant: complaint accepted: ",
        "Sat 14 Feb 2026  counted  working  adjusted working day, 2 of 3",
    ):
        assert told in said.out


@pytest.mark.rule("G1", "T8")
def test_as_of_an_earlier_instant_it_is_what_it_was_then(originals: Run, store: Path, played: Played) -> None:
    said = originals("case", played.case(0), "--as-of", "2026-02-13T12:00:00Z", "--json", store=store)
    then = json.loads(said.out)
    assert (then["complaint"]["status"], then["as_of"]) == ("appealed", "2026-02-13T12:00:00Z")


@pytest.mark.rule("C5", "G4b")
def test_identities_are_withheld_unless_given_by_right_which_goes_on_record(originals: Run, store: Path, played: Played) -> None:
    plain = originals("case", played.case(0), store=store).out
    assert "Complainant:   identity withheld" in plain
    assert "Lin" not in plain
    named = originals("case", played.case(0), *BY_RIGHT, store=store).out
    assert "Complainant:   Lin (lin)" in named
    assert "operator: told the court who the parties are, on the order of order 7: a civil suit" in named
    assert "told the court" in originals("case", played.case(0), store=store).out


@pytest.mark.rule("G4")
def test_a_bundle_is_verified_without_the_store(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    file = tmp_path / "case.zip"
    assert originals("case", played.case(0), "--bundle", file, store=store).code == 0
    said = originals("audit", "verify", file)
    assert said.code == 0
    assert "content withheld" in said.out
    with zipfile.ZipFile(file) as bundle:
        names = bundle.namelist()
        page = bundle.read("index.html").decode()
    assert {"pictures/filed.jpg", "pictures/listing-1.jpg", "history.txt"} <= set(names)
    assert all(re.fullmatch(r"evidence/[0-9]+-evidence\.bin", name) for name in names if name.startswith("evidence/"))
    assert "handed in as &quot;licence.png&quot;" in page
    assert "The same picture, mirrored and trimmed." in page


@pytest.mark.rule("C5")
def test_nothing_in_a_bundle_without_identities_tells_who_complained(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    history = json.loads(originals("case", played.case(0), "--json", store=store).out)
    complainant = history["complaint"]["complainant"]
    originals("case", played.case(0), "--bundle", tmp_path / "case.zip", store=store)
    with zipfile.ZipFile(tmp_path / "case.zip") as bundle:
        texts = {name: bundle.read(name) for name in bundle.namelist() if not name.endswith((".jpg", ".png"))}
    for secret in (complainant, "Lin", "my studio"):
        assert not [name for name, content in texts.items() if secret.encode() in content.replace(b"Listing", b"").replace(b"Line", b"")]


def test_a_bundle_by_right_holds_the_original_and_every_event(originals: Run, store: Path, played: Played, tmp_path: Path) -> None:
    originals("case", played.case(0), "--bundle", tmp_path / "case.zip", *BY_RIGHT, store=store)
    said = originals("audit", "verify", tmp_path / "case.zip")
    assert "content withheld" not in said.out
    assert "file pictures/filed-original.jpg: its digest is named by an event" in said.out


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["0" * 32], "there is no case"),
        (["CASE", "--as-of", "2026-02-01T00:00:00Z"], "as of then"),
        (["CASE", "--as-of", "2999-01-01T00:00:00Z"], "an instant to come"),
        (["CASE", "--as-of", "yesterday"], "no instant"),
        (["CASE", "--as-of", "2026-02-13T12:00:00"], "needs an offset"),
        (["CASE", "--with-identities", "--to", "the court"], "together"),
        (["CASE", "--bundle", "/nowhere/at/all.zip"], "No such file"),
    ],
)
def test_errors_of_use_are_one_line(arguments: list[str], line: str, originals: Run, store: Path, played: Played) -> None:
    said = originals("case", *[played.case(0) if one == "CASE" else one for one in arguments], store=store)
    assert (said.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert line in said.err
