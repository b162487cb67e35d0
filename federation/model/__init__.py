"""Frozen values: what has been proven, decided and written. No I/O, no clock."""
