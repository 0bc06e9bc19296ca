"""Tamper evidence (rules G4, B5): a Merkle tree over the log, signed checkpoints, exports, receipts, and their verification."""
