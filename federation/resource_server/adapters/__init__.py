"""Adapters: a file for each framework, each imported by its own name, on a core that knows none."""
