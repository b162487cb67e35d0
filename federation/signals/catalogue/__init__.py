"""Every signal: a file each, its logic beside its cases."""
