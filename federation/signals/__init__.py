"""What is unusual, and what it does to the risk scores that policies read."""
