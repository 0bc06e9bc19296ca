"""The console: pages for people, by role, over the same operations as the interface; no rule of its own."""
