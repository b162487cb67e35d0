"""Signed lists of what is revoked, for whoever verifies offline (IETF Token Status List)."""
