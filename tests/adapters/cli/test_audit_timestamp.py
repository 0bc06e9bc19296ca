"""An operator has the log dated, a server does so by itself, and the check-up says how it stands (rule G4)."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.checkup.timestamps import timestamps
from adapters.cli.serve import SIMULATED_START, Running
from adapters.evidence.attestation import Contact
from adapters.system.settings import Settings
from adapters.wiring.deployment import open_deployment
from tests.adapters.cli.conftest import Run
from tests.adapters.cli.test_audit import awaited
from tests.adapters.timestamps.openssl_authority import OpensslAuthority

pytestmark = pytest.mark.rule("G4")


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> OpensslAuthority:
    return OpensslAuthority(tmp_path_factory.mktemp("authority"))


def test_an_operator_has_the_log_dated_and_what_leaves_afterwards_says_so(
    originals: Run, store: Path, tmp_path: Path, authority: OpensslAuthority
) -> None:
    with authority.served():
        said = originals("audit", "timestamp", "--authority", authority.file, store=store)
        by_address = originals("audit", "timestamp", "--authority", authority.url, store=store)
    assert (said.code, said.err) == (0, "")
    assert "events existed at 2" in said.out and said.out.endswith("says CN=Time Authority\n")
    assert (by_address.code, "name a file with its address and its certificates instead" in by_address.err) == (2, True)
    originals("audit", "export", tmp_path / "export", store=store)
    for options, came in (([], "came with the file"), (["--authority", authority.file], "was given")):
        checked = originals("audit", "verify", tmp_path / "export", *options)
        assert (checked.code, f"says CN=Time Authority, whose certificate {came}" in checked.out) == (0, True), checked
    silent = originals("audit", "timestamp", "--authority", authority.file, store=store)
    assert (silent.code, "the time-stamping authority does not answer" in silent.err) == (1, True)
    for wrong in ([], ["--authority", tmp_path / "nothing"], ["--authority", authority.folder / "root.pem"]):
        assert originals("audit", "timestamp", *wrong, store=store).code == 2


def test_a_server_does_so_by_itself_and_an_authority_that_is_away_is_told(store: Path, tmp_path: Path, authority: OpensslAuthority) -> None:
    with authority.served():
        file = tmp_path / "authority"
        file.write_bytes(authority.file.read_bytes())
        settings = Settings(store=str(store), port=0, copy_model="none", timestamp_authority=str(file))
        running = Running(settings, SIMULATED_START)
        running.start()
        try:
            kept = running.deployment.attestations
            dating = running.deployment.timestamping
            assert dating is not None
            awaited(lambda: kept.last_of_authority(dating.authority.digest)[0] > 0)
        finally:
            running.stop()
    deployment = open_deployment(settings, look_only=True)
    (found,) = timestamps(deployment)
    assert (found.state, "CN=Time Authority: the last token is over " in found.what) == ("ok", True)
    deployment.attestations.keep_contact(Contact(dating.authority.digest, 1, "silent", "2026-01-01T00:00:00Z", "does not answer"))
    (found,) = timestamps(deployment)
    assert (found.state, "gives no token since 2026-01-01T00:00:00Z: does not answer; the last token is over" in found.what) == (
        "warn",
        True,
    )
    deployment.close()
