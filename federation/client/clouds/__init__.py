"""The way out: the bridge's token becomes a credential of a cloud's own library. A file per cloud."""
