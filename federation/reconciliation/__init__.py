"""Compares what KMS signed with what our functions say that they signed."""
