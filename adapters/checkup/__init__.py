"""What `originals doctor` asks of a deployment."""
