"""The tabs of the console, a file each."""
