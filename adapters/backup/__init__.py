"""Backups of a store that is being written to, and putting one back into an empty place."""
