"""The console: an admin's browser on the admin API, served on loopback by a process of the admin's own.

It has no power of its own. What it shows and does is what the admin API answers to the login of the command line.

How to add a view: write `views/NAME.py` with a function `view()` that returns a `View` (see `page.py`), and
`templates/NAME.html` that extends `base.html`; then name it in `views/table.py`. A handler is a plain function of a
`Visit`: it asks `visit.api` and answers `visit.page("NAME.html", ...)`. It runs in a thread, so it may wait. It raises
what the API raises: `application.py` makes the error page of it. Every page says what login it needs (`Login`).
"""
