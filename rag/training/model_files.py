"""The embedding as a folder that sentence-transformers opens."""

import json
from pathlib import Path
from typing import Any

import numpy as np
from tokenizers import Tokenizer

from rag.training.features import Array

_MODULES = [
    {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.StaticEmbedding"},
    {"idx": 1, "name": "1", "path": "1_Normalize", "type": "sentence_transformers.models.Normalize"},
]
_CONFIG: dict[str, Any] = {"prompts": {}, "default_prompt_name": None, "similarity_fn_name": "cosine"}


def principal_axes(vectors: Array) -> Array:
    """The axes along which vectors of length 1 vary, the widest first: shape (dimension, dimension).

    Turning every vector onto them changes no cosine, and a reader may keep the first numbers of a vector only.
    """
    _, axes = np.linalg.eigh(vectors.astype(np.float64).T @ vectors.astype(np.float64))
    turned: Array = axes[:, ::-1]
    return turned


def _compact(tokenizer: Tokenizer) -> str:
    """The tokenizer as JSON, its scores to three digits: the sixteen that it prints are a sixth of the file."""
    content = json.loads(tokenizer.to_str())
    content["model"]["vocab"] = [[token, round(score, 3)] for token, score in content["model"]["vocab"]]
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def write_model(output: Path, tokenizer: Tokenizer, tokens: Array) -> None:
    """Write a sentence-transformers folder with 16-bit weights, one row a token."""
    from safetensors.numpy import save

    lengths = np.linalg.norm(tokens, axis=1)
    weights = (tokens / lengths[lengths > 0].mean()).astype(np.float16)
    (output / "1_Normalize").mkdir(parents=True, exist_ok=True)
    (output / "model.safetensors").write_bytes(save({"embedding.weight": weights}))
    (output / "tokenizer.json").write_text(_compact(tokenizer), "utf-8")
    for name, content in (
        ("modules.json", _MODULES),
        ("config_sentence_transformers.json", _CONFIG),
        ("1_Normalize/config.json", {}),
    ):
        (output / name).write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
