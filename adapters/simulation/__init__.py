"""A realistic history of invented members, told through the deciders of the product; the same seed tells the same history."""

from adapters.simulation.behind import Place
from adapters.simulation.telling import NotFresh, Summary, simulate

__all__ = ["NotFresh", "Place", "Summary", "simulate"]
