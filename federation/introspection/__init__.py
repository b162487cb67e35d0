"""Is a token good, and what does it say (RFC 7662, RFC 9701)."""
