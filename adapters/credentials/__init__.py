"""Content credentials (C2PA) of a picture: what its maker, or whoever worked on it, signed about where it came from."""
