"""Tokens of time-stamping authorities over checkpoints (RFC 3161): how they are asked for, kept and verified (rule G4)."""
