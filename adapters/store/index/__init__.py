"""The index in SQL: one module a subject; see `registry` for how to add a lookup or an entry.

The subjects are read with the package, so that nothing asks before every lookup and entry is registered.
"""

from adapters.store.index import cases, filings, listings, members, schedule  # noqa: F401
