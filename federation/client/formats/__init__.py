"""What other tools read: a file per tool. Every text is complete, and ends as its reader wants it to."""
