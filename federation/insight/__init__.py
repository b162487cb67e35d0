"""What if: trust as one snapshot in memory, decided on by the token path's own steps. Writes nothing."""
