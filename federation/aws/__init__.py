"""Adapters for AWS: one port, one file."""
