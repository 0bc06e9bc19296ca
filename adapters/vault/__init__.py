"""What is kept outside the log: files by their digest, and texts sealed under a key per person."""
