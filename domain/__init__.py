"""What is true and what is allowed: pure, without I/O, clock or framework."""
