"""Servers are killed and the object store hangs while pictures are filed: what was acknowledged is there, and no event names what is not.

ORIGINALS_KILLS=50 pytest tests/faults/test_object_store.py    as many turns
"""

from __future__ import annotations

import os
import signal
import threading
from contextlib import closing, suppress
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import httpx
import pytest

from adapters.checkup import pictures
from adapters.wiring.deployment import open_deployment
from tests.adapters.pictures.drawn import saved, scene
from tests.contract.serving import Served
from tests.object_store import ObjectStore

KILLS = int(os.environ.get("ORIGINALS_KILLS", "3"))


def file_some(server: Served, first: int, acknowledged: set[str]) -> None:
    """File one picture after another until the server is gone; note the digests of those that were answered."""
    with suppress(httpx.HTTPError), server.as_("ann") as client:
        for number in range(first, first + 200):
            content = saved(scene(number, (760, 720)))
            answer = client.post("/folders/spring/pictures", files=[("file", ("x.jpg", content))])
            assert answer.status_code in (201, 503), answer.text
            if answer.status_code == 201:
                acknowledged.add(sha256(content).hexdigest())


@pytest.mark.slow
@pytest.mark.rule("B5")
def test_killed_while_pictures_are_filed_nothing_is_half_there(tmp_path: Path, object_store: ObjectStore) -> None:
    url, acknowledged = object_store.bucket(), set[str]()
    server = Served(str(tmp_path / "store"), str(tmp_path / "vault"), more={"ORIGINALS_VAULT_URL": url, "ORIGINALS_INDEX_SHARDS": "2"})
    for turn in range(KILLS):
        with server:
            with server.as_("ann") as client:
                client.post("/declaration", json={"version": "1"})
                client.post("/folders", json={"name": "spring"})
            before, filing = len(acknowledged), threading.Thread(target=file_some, args=(server, 1000 * turn, acknowledged))
            filing.start()
            while len(acknowledged) < before + 3:
                filing.join(0.05 + 0.01 * turn)
            if turn % 2:
                with object_store.hanging():
                    filing.join(1.0)
                    server.end(signal.SIGKILL)
            else:
                server.end(signal.SIGKILL)
            filing.join()
        with closing(open_deployment(replace(server.settings, vault_url=url, copy_model="none"))) as deployment:
            bad = [one.what for one in pictures.vault(deployment) if one.state == "bad" and "by anybody" not in one.what]
            assert bad == []
            assert acknowledged <= set(deployment.stores.vault.digests("original"))
