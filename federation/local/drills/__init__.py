"""Game days on a laptop: a bridge that is broken, a runbook, and a way out that is timed."""
