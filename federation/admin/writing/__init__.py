"""Validated documents into the trust table: who changes what and why, and what no change may leave behind."""
