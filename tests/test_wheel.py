"""What is installed takes no name that another package could want, and carries what it speaks of."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tools"))
from wheel_layout import lay_out, moved  # type: ignore[import-not-found]  # noqa: E402


def test_modules_of_the_rooms_are_named_below_the_top_package_and_nothing_else_is() -> None:
    written = 'from domain.law import Law\nfrom application import leave\nx = "adapters.cli.serve", "application/json", "x.domain.y"\n'
    wanted = "from originals.domain.law import Law\nfrom originals.application import leave\n"
    assert moved(written) == wanted + 'x = "originals.adapters.cli.serve", "application/json", "x.domain.y"\n'


def test_the_copy_runs_beside_nothing_of_the_repository(tmp_path: Path) -> None:
    lay_out(ROOT, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {"originals", "README.md", "LICENSE", "pyproject.toml"}
    assert (tmp_path / "originals/docs/rulebooks/marketplace-b.toml").is_file()
    project = (tmp_path / "pyproject.toml").read_text()
    assert 'originals = "originals.adapters.cli.main:main"' in project
    assert 'originals-verify = "originals.originals_verify:main"' in project
    assert "wheel_backend" not in project
    room = re.compile(r"^\s*(from|import) (domain|application|projections|adapters)\b", re.MULTILINE)
    assert [path for path in tmp_path.rglob("*.py") if room.search(path.read_text())] == []
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); from originals.adapters.cli.main import main; sys.exit(main(sys.argv[1:]))"
    asked = [sys.executable, "-I", "-c", code, "deadline", "--from", "2026-02-13T08:00:00Z", "--days", "3"]
    said = subprocess.run(asked, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (said.returncode, said.stdout) == (0, "2026-02-25T16:00:00Z\n"), said.stderr
