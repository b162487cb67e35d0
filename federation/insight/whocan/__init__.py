"""Who can reach what, by the documents alone."""
