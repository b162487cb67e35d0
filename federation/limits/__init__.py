"""How often a caller may ask: buckets that every process shares, and leases so that sharing them costs little."""
