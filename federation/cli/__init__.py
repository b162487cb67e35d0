"""`fedbridge`: the command line."""
