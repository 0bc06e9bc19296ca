"""A person's browser without scripts: signs in, opens pages, sends their forms."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from werkzeug.test import TestResponse

from tests.contract.shop import ROLES, Shop

VOID = {"meta", "link", "input", "img", "br", "hr", "path", "rect"}


class Reader(HTMLParser):
    """What stands on a page: its texts, its elements, its links, its forms with the fields that are sent along."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.forms: list[tuple[dict[str, str | None], dict[str, str]]] = []
        self._inside: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.tags.append((f"svg {tag}" if "svg" in self._inside else tag, found))
        if tag not in VOID:
            self._inside.append(tag)
        if tag == "form":
            self.forms.append((found, {}))
        if tag == "input" and found.get("type") == "hidden" and self.forms:
            self.forms[-1][1][str(found["name"])] = str(found.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._inside:
            while self._inside.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not {"script", "style", "pre", "code"} & set(self._inside):
            self.texts.append(data.strip())

    def links(self) -> list[str]:
        """Addresses within the console, some of them relative."""
        return [str(found["href"]) for tag, found in self.tags if tag == "a" and str(found.get("href", "")).startswith(("/console", "?"))]

    @property
    def title(self) -> str:
        """The page's title, without the product's name."""
        return next(iter(self.texts), "").rpartition(" · ")[0]


class Browser:
    """One person at the console. `page` is the last page as read, `last` the last answer."""

    def __init__(self, shop: Shop, name: str, language: str = "en", role: str | None = None) -> None:
        self.client, self.language = shop.app.test_client(), language
        role = role or ROLES.get(name, "merchant")
        self.last = self.client.post("/console/sign-in", data={"token": shop.token(role, name)})
        assert self.last.status_code == 303, self.last.data

    def open(self, address: str) -> Reader:
        self.last = self.client.get(address, headers={"Accept-Language": self.language}, follow_redirects=True)
        return Reader(self.last.get_data(as_text=True))

    def send(self, action: str, fields: dict[str, Any] | None = None, on: str | None = None) -> TestResponse:
        """Send the form of that action on the page `on` with these fields."""
        page = self.open(on or action)
        wanted = action.partition("?")[0]
        hidden = next(fields for found, fields in page.forms if str(found.get("action")).partition("?")[0] == wanted)
        self.last = self.client.post(action, data={**hidden, **(fields or {})})
        return self.last
