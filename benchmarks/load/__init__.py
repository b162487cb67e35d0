"""`make load`: many connections at once, good callers beside junk and a noisy client, while trust and keys change."""
