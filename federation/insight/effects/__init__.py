"""What an edit means, before it is made: who gains and who loses what."""
