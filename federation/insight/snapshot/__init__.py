"""Trust in memory, as it stands or as it would stand after an edit."""
