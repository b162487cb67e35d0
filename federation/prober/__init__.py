"""Attacks a bridge from outside, over HTTP alone, and says of each whether it was refused as it must be."""
