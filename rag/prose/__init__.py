"""Prose by a language model, held to the evidence: optional, and never shown before it is checked.

endpoint   any OpenAI-compatible server that the user has configured, through LlamaIndex
masking    names and numbers of people replaced before anything leaves the machine
evidence   what retrieval and the analysis found, numbered
replies    the model's stream as sentences with their keys
judging    one sentence against the evidence that it names
writing    the whole of it: ask, check each sentence, ask once more for what failed, drop the rest
"""
