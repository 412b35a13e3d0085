"""A corpus of four real files, and settings that keep its index in a folder of their own."""

import shutil
from pathlib import Path

import corpus
from rag.settings import Settings

CORPUS = Path(corpus.__file__).parent
FILES = (
    "statutes/generative_ai_measures_2023.md",
    "statutes/civil_code_2020.md",
    "judgments/chunfeng-2023.md",
    "commentary/junhe2025.md",
    "lexicon/legal_words.txt",
    "lexicon/stop_words.txt",
)


def small_settings(folder: Path) -> Settings:
    """Copies the files below `folder` and points an empty home beside them."""
    for name in FILES:
        target = folder / "corpus" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CORPUS / name, target)
    return Settings(home=folder / "home", corpus=folder / "corpus")
