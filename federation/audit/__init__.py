"""One record per request, on every path: hashes and deciding claims, never token text."""
