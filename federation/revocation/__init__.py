"""Revoking what was issued before its time (RFC 7009, and the admin API)."""
