"""Security events of issuers: received, judged, and put into effect (RFC 8935)."""
