"""Servers beside which the bridge is measured, and the bridge as such a server: a process each.

Each reads one line of JSON from its standard input, prints one that says where it listens, and ends with its input.
"""
