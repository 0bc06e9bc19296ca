"""Replays over whole stores."""
