"""Files that are there whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.evidence.atomic import written_atomically


def test_a_file_takes_its_name_when_all_of_it_is_written(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(b"former")
    with written_atomically(kept, 0o600) as file:
        file.write(b"present")
        assert kept.read_bytes() == b"former"
    assert (kept.read_bytes(), kept.stat().st_mode & 0o077) == (b"present", 0)
    assert list(tmp_path.iterdir()) == [kept]


def test_what_could_not_be_written_to_its_end_leaves_nothing_behind(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_bytes(b"former")
    with pytest.raises(OSError, match="no space"), written_atomically(kept) as file:
        file.write(b"half of it")
        raise OSError("no space")
    assert kept.read_bytes() == b"former"
    assert list(tmp_path.iterdir()) == [kept]
