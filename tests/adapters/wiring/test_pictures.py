"""What looks at pictures comes when a picture comes, and by the setting of its model."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from adapters.system.settings import Settings
from adapters.wiring.deployment import open_deployment

LATE = ("cv2", "faiss", "numpy", "PIL", "onnxruntime", "psycopg", "httpx", "authlib", "holidays", "rich")


def test_a_server_starts_without_what_it_may_never_need() -> None:
    asked = f"import sys, adapters.cli.serve; print(*(set({LATE!r}) & sys.modules.keys()))"
    assert subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout.split() == []


@pytest.mark.parametrize(("setting", "version"), [("none", "phash-local-sift/6"), ("/nowhere.onnx", "phash-local-sift/6")])
def test_the_setting_chooses_the_model(tmp_path: Path, setting: str, version: str) -> None:
    pytest.importorskip("cv2")
    deployment = open_deployment(Settings(store=str(tmp_path / "store"), copy_model=setting))
    try:
        assert deployment.platform.matcher.version == version
        assert [seen.flaws for seen in deployment.platform.inspector.inspect_listings([])] == []
    finally:
        deployment.close()
