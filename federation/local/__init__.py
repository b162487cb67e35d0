"""The whole bridge on a laptop: embedded AWS, gateway, demo issuers."""
