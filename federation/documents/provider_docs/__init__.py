"""A page of documentation for each provider, made from its code."""
