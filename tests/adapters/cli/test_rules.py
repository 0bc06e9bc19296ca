"""`originals rules lint` and `diff`, as a rule maker runs them."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.cli.main import main

BOOKS = Path(__file__).parents[3] / "docs" / "rulebooks"


@pytest.mark.rule("G5")
def test_every_rulebook_of_the_documents_is_valid(capsys: pytest.CaptureFixture[str]) -> None:
    for book in BOOKS.glob("*.toml"):
        assert main(["rules", "lint", str(book)]) == 0, book
        assert capsys.readouterr().out == f"{book.name} is a valid rulebook\n"


@pytest.mark.rule("G5")
def test_each_key_that_is_not_valid_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_text('calendar = "XX"\n[appeal]\nrounds = 0\nroundz = 3\n')
    assert main(["rules", "lint", str(draft)]) == 1
    assert {line.partition(":")[0] for line in capsys.readouterr().out.splitlines()} == {"appeal.roundz", "appeal.rounds", "calendar"}


@pytest.mark.rule("G5")
def test_what_differs_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    a, b = tmp_path / "a.toml", tmp_path / "b.toml"
    a.write_text('version = "1"\n')
    b.write_text('version = "2"\n[withdrawal]\nuntil = "first_appeal_decided"\n')
    assert main(["rules", "diff", str(a), str(b)]) == 0
    assert capsys.readouterr().out == "withdrawal.until is final in the first and first_appeal_decided in the second\n"
    assert main(["rules", "diff", str(a), str(a)]) == 0
    b.write_text('version = "2"\n')
    assert main(["rules", "diff", str(a), str(b)]) == 0
    assert capsys.readouterr().out == "They are the same.\nThey differ in nothing but what they are called.\n"


@pytest.mark.parametrize("content", [b"appeal = [", b"\xff\xfe", b"#" * 70_000, b"calendar = 1"])
def test_what_is_no_rulebook_is_an_error_of_use(content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    draft = tmp_path / "draft.toml"
    draft.write_bytes(content)
    assert main(["rules", "diff", str(draft), str(draft)]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert main(["rules", "lint", str(tmp_path / "none.toml")]) == 2
