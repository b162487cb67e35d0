"""A month of ordinary traffic with planted attacks: how many are found, and how often nothing is wrong."""
