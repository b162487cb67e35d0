"""Signing key life: next -> active -> retired; publication."""
