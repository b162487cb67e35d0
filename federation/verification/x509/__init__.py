"""X.509 certificates as identities (RFC 5280), of TLS clients that the gateway saw. One path for every kind of them.

Read -> who may vouch for it -> a chain to that issuer's own authorities -> the rules of a leaf -> the identity, which
is read from the very certificate that was verified (ATTACKS K3-K5).
"""
