"""Passages to checked answers: index, retrieve, analyse, answer, verify."""
