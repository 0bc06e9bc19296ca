"""A replay over the history in Parquet gives what the replay over its store gives, to the last case (rules G2, G3)."""

from __future__ import annotations

import io
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import psutil
import pytest

from adapters.cli.main import main
from adapters.evidence.reading import Tampered
from adapters.parquet import layout
from adapters.parquet.writing import export_parquet
from adapters.replay import partitioned
from adapters.replay.as_json import write_json
from adapters.replay.partitioned import replay_parquet
from adapters.replay.running import Replayed, replay
from adapters.simulation.running import simulate
from adapters.store.opening import open_store
from domain.rulebook import parse_toml
from tests.adapters.parquet.conftest import CASES, Exported, deployed

RULEBOOKS = Path(__file__).parents[3] / "docs" / "rulebooks"
OTHERS = [(name, parse_toml((RULEBOOKS / f"{name}.toml").read_text())) for name in ("marketplace-b", "marketplace-a-from-2022")]
UNTIL = datetime(2026, 6, 1, tzinfo=UTC)

pytestmark = pytest.mark.rule("G2", "G3")


def reports(replayed: Replayed) -> list[str]:
    """All that a replay says, each changed case included."""
    said = []
    for number in (None, *range(len(replayed.names))):
        out = io.StringIO()
        write_json(out, replayed, number)
        said.append(out.getvalue())
    return said


def kept(tmp_path: Path, name: str) -> Path:
    (tmp_path / name).mkdir()
    return tmp_path / name


@pytest.mark.parametrize("until", [UNTIL, datetime(2024, 9, 1, tzinfo=UTC)])
def test_both_say_the_same_of_every_case(exported: Exported, tmp_path: Path, until: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(partitioned, "AT_ONCE", 2)
    of_store = replay(str(exported.store), None, OTHERS, until=until, workers=1, keep=kept(tmp_path, "of-store"))
    told: list[tuple[int, float]] = []
    of_parquet = replay_parquet(
        exported.directory, OTHERS, until=until, keep=kept(tmp_path, "parquet"), progress=lambda *at: told.append(at)
    )
    assert reports(of_store) == reports(of_parquet)
    assert 0 < of_parquet.tally.verified.cases <= CASES
    assert (of_parquet.size, of_parquet.tally.verified.differences) == (of_store.size, 0)
    assert told[-1] == (of_parquet.tally.verified.events, 1.0)


@pytest.mark.parametrize(
    "change",
    [
        """UPDATE stored_events SET state = replace(state, '"outcome":"rejected"', '"outcome":"upheld"') WHERE notification_id =
        (SELECT notification_id FROM stored_events WHERE topic = 'AppealDecided' AND CAST(state AS TEXT) LIKE '%"outcome":"rejected"%')""",
        "DELETE FROM stored_events WHERE topic = 'PenaltyRevoked'",
        """UPDATE stored_events SET topic = 'nonsense' WHERE notification_id =
        (SELECT notification_id FROM stored_events WHERE topic = 'Finalized')""",
    ],
    ids=["another outcome", "goods never restored", "an unknown topic"],
)
def test_both_find_the_same_differences(exported: Exported, tmp_path: Path, change: str, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "store").mkdir()
    with (
        closing(sqlite3.connect(exported.store / "log.sqlite")) as source,
        closing(sqlite3.connect(tmp_path / "store/log.sqlite")) as log,
        log,
    ):
        source.backup(log)
        assert log.execute(change).rowcount > 0
    monkeypatch.setattr(layout, "SPAN_ROWS", 60)
    deployment = deployed(tmp_path / "store")
    export_parquet(deployment.evidence, tmp_path / "export")
    deployment.close()
    found = [replay(str(tmp_path / "store"), until=UNTIL, workers=1).tally, replay_parquet(tmp_path / "export", until=UNTIL).tally]
    assert found[0].verified.differences == found[1].verified.differences > 0
    assert found[0].verified.endings == found[1].verified.endings
    assert None not in (found[0].first, found[1].first)


def test_the_command_needs_no_store_and_takes_no_other_file(
    exported: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ORIGINALS_STORE", str(tmp_path / "nowhere"))
    (tmp_path / "log.pub").write_text(exported.key.text)
    until, one = f"--until={UNTIL.isoformat()}", "--workers=1"
    assert main(["replay", "--parquet", str(exported.directory), "--key", str(tmp_path / "log.pub"), "--json", one, until]) == 0
    out = io.StringIO()
    write_json(out, replay(str(exported.store), until=UNTIL, workers=1))
    assert capsys.readouterr().out == out.getvalue()
    assert main(["audit", "verify", str(exported.directory), "--key", str(tmp_path / "log.pub")]) == 0
    assert f"verified: {out.getvalue() and replay(str(exported.store)).size} events in " in capsys.readouterr().out
    copy = Path(shutil.copytree(exported.directory, tmp_path / "copy"))
    file = next(copy.glob("topic=Finalized/*"))
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(Tampered, match="is not the file that was sealed"):
        replay_parquet(copy, until=UNTIL)
    assert main(["replay", "--parquet", str(copy), one]) == 1
    assert main(["audit", "verify", str(copy)]) == 1
    for wrong, why in (
        (["replay", "--parquet", str(tmp_path), one], f"there is no {layout.MANIFEST} in it"),
        (["replay", "--parquet", str(copy), "--seal"], "not with --seal"),
        (["replay", "--key", "log.pub"], "with --parquet DIR"),
        (["audit", "export"], "either FILE or --parquet DIR"),
        (["audit", "export", "x", "--parquet", "y"], "either FILE or --parquet DIR"),
    ):
        assert main(wrong) == 2
        assert why in capsys.readouterr().err
    monkeypatch.setenv("ORIGINALS_STORE", str(shutil.copytree(exported.store, tmp_path / "store")))
    assert main(["audit", "export", "--parquet", str(tmp_path / "again")]) == 0
    assert main(["audit", "export", "--parquet", str(tmp_path / "again")]) == 2
    assert main(["audit", "verify", str(tmp_path / "again")]) == 0


@pytest.mark.slow
def test_a_worker_that_is_killed_in_the_middle_changes_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stores = open_store(str(tmp_path / "store"))
    simulate(stores, 2_000, 5)
    stores.close()
    monkeypatch.setattr(layout, "SPAN_ROWS", 1_000)
    monkeypatch.setattr(layout, "PARTS", 24)
    deployment = deployed(tmp_path / "store")
    export_parquet(deployment.evidence, tmp_path / "export")
    deployment.close()
    killed: list[int] = []

    def kill_one(events: int, share: float) -> None:
        """Once a few parts are done, one of the processes that do the work is gone."""
        if killed or not 0.1 < share < 0.8:
            return
        victim = max(psutil.Process().children(recursive=True), key=lambda one: one.memory_info().rss)
        victim.kill()
        killed.append(victim.pid)

    keep = kept(tmp_path, "parquet")
    of_parquet = replay_parquet(tmp_path / "export", OTHERS, until=UNTIL, workers=2, keep=keep, progress=kill_one)
    assert killed
    assert not psutil.pid_exists(killed[0])
    of_store = replay(str(tmp_path / "store"), None, OTHERS, until=UNTIL, workers=2, keep=kept(tmp_path, "of-store"))
    assert reports(of_store) == reports(of_parquet)
    assert of_parquet.tally.verified.cases == 2_000
