"""What happens when processes are killed and writers meet."""
