"""Outbound reads on the open web, where every answer may be hostile."""
