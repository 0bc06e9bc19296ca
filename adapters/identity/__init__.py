"""Who is asking: bearer tokens, the keys that verify them, and the local key pair of the embedded default."""
