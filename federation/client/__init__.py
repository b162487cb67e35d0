"""What callers install: an identity found by itself -> a token of the bridge, kept fresh, for whatever takes one.

Needs httpx, PyJWT and msgspec, and nothing of AWS.
"""
