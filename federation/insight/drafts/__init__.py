"""From a token that a partner shows to the documents that let exactly it in."""
