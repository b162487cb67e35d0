"""One thin file per Lambda: event -> library call -> response. No rule lives here."""
