"""The whole history as partitioned Parquet, for engines that read columns on many machines, with proof that nothing is missing (G4)."""
