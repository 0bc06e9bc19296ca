"""The outside: everything that touches files, networks, clocks and screens."""
