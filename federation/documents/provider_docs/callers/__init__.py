"""How an identity of each provider gets its own token, and the bridge's for it, in five languages."""
