"""Trust documents where they are written: read, validated, stored. Never on the token path."""
