"""Pictures of what happened and of who can reach what: pure functions from values to text, by the standard library."""
