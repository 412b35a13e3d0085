"""Command line, page, REST."""
