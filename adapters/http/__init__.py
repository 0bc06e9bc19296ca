"""The HTTP layer: one table of routes an audience, no rule in a view."""
