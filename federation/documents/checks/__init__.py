"""What the form of one document cannot show: how documents fit each other, their provider, and what is stored."""
