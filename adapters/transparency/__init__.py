"""A period's figures as files: CSV, JSON, a chart, and the statements of reasons as NDJSON. The same report gives the same bytes."""

from adapters.transparency.writers import FILES, write

__all__ = ["FILES", "write"]
