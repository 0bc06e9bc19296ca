"""A realistic history of invented members, made by the deciders of the product; the same seed gives the same history."""
