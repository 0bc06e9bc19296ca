"""A real browser at the console: Debian's Chromium, driven by Playwright, on loopback."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from adapters.system.settings import Settings
from tests.contract.scene import Scene
from tests.contract.shop import ROLES, Shop

CHROMIUM = Path("/usr/bin/chromium")
playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
if not CHROMIUM.exists():
    pytest.skip("there is no /usr/bin/chromium (Debian's package chromium)", allow_module_level=True)


class Site:
    """The console of a scene, served on loopback while its tests last."""

    def __init__(self, folder: Path) -> None:
        self.shop = Shop(Settings(store=str(folder)))
        self.scene = Scene(self.shop)
        self._server = make_server("127.0.0.1", 0, self.shop.app, threaded=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self.shop.close()


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    opened = Site(tmp_path_factory.mktemp("site"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def chromium() -> Iterator[object]:
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(
            executable_path=str(CHROMIUM),
            args=["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-sync"],
        )
        yield browser
        browser.close()


class Person:
    """Somebody signed in, with a page; what the browser complains of, and whom else it asks, is collected."""

    def __init__(self, chromium: object, site: Site, name: str, **context: object) -> None:
        self.site, self.complaints = site, list[str]()
        self._context = chromium.new_context(**context)  # type: ignore[attr-defined]
        self.page = self._context.new_page()
        self.page.set_default_timeout(120_000)
        self.page.on("console", lambda said: self.complaints.append(said.text) if said.type in ("error", "warning") else None)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("request", lambda asked: None if asked.url.startswith((site.url, "data:")) else self.complaints.append(asked.url))
        self.open("/console/sign-in")
        self.page.fill("#token", site.shop.token(ROLES.get(name, "merchant"), name))
        self.page.click("main button.main:last-of-type")
        self.page.wait_for_selector("nav.places")
        self.page.wait_for_load_state("load")  # keys are heard from then on

    def open(self, address: str) -> None:
        self.page.goto(self.site.url + address)

    def close(self) -> None:
        self._context.close()
