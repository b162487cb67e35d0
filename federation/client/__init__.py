"""What callers install: the credential at hand -> a token of the bridge. Needs PyJWT and nothing of AWS."""
