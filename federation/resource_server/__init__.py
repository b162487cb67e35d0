"""What internal services install: is a token of ours good, here and now (RFC 9068). Needs PyJWT and no AWS library."""
