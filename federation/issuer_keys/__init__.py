"""Keeping issuers' keys for every process: fetched on a schedule, or pushed by issuers that cannot be reached."""
