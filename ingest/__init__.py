"""Files to passages: the citation grammar, the parsers, the readers. No model, no network."""
