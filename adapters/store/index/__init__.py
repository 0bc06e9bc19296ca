"""The index in SQL: one module a subject; see `registry` for how to add a lookup or an entry."""

from adapters.store.index import cases, filings, listings, members, schedule
from adapters.store.index.registry import ENTRIES, LOOKUPS
from adapters.store.index.tables import index_tables

__all__ = ["ENTRIES", "LOOKUPS", "cases", "filings", "index_tables", "listings", "members", "schedule"]
