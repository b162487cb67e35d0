"""Whose keys a request proves: DPoP (RFC 9449) and TLS client certificates (RFC 8705)."""
