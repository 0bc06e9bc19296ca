"""Witnesses of the log: the policy that names them, how they are asked, and what stands behind a checkpoint (C2SP tlog-witness)."""
