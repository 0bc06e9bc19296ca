"""Replays over a whole store: reading by ranges of ids on all cores, and the reports (rules G2, G3)."""
