"""Signed lists of what is revoked, for offline verifiers (IETF Token Status List)."""
