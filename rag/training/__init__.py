"""Making the shipped model: `python -m rag.training`. Nothing here is needed to ask a question."""
