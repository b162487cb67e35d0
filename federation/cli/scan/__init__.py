"""`fedbridge scan`: long-lived secrets that the bridge replaces, counted, and drafts of what replaces them."""

from federation.cli.scan.command import EXAMPLE, scan

__all__ = ["EXAMPLE", "scan"]
