"""The pages, a module for each part of the work."""

from __future__ import annotations

from adapters.console.pages import (
    appeals,
    audit,
    authorizations,
    complaints,
    credentials,
    deadlines,
    desk_appeals,
    desk_bulk,
    desk_cases,
    desk_filings,
    drafts,
    figures,
    folders,
    front,
    notices,
    outside_bodies,
    pictures,
    replays,
    reviews,
    rules,
    shadow,
    sightings,
)

PARTS = (
    front,
    folders,
    sightings,
    complaints,
    authorizations,
    notices,
    appeals,
    outside_bodies,
    reviews,
    credentials,
    desk_bulk,
    desk_cases,
    desk_appeals,
    desk_filings,
    audit,
    rules,
    drafts,
    replays,
    figures,
    shadow,
    deadlines,
    pictures,
)
"""Every module of pages; each has its `PAGES`."""
