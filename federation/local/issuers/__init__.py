"""Identity providers for a laptop: their own keys, discovery and JWKS on loopback, and claims in their true shapes."""
