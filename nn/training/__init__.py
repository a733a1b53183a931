"""Training: losses, the loop, its history, and the search for settings."""
