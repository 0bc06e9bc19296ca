"""Simulated histories."""
