"""Authorization -> claims -> signed token, released only when its commit succeeded."""
