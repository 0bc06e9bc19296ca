"""The rules: published rulebooks and calendars."""

from __future__ import annotations

from typing import Final

from flask import request

from adapters.console.visit import Answer, Pages, Visit, page

PAGES: Final = Pages("auditor", "admin")


@PAGES.get("/rules")
def overview(visit: Visit) -> Answer:
    """What is published and what is in force."""
    return page(
        "rules",
        rulebooks=visit.read("list_rulebooks", limit=50, after=request.args.get("after")),
        calendars=visit.read("list_calendars", limit=100),
    )
