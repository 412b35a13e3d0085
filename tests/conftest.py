"""One index of the built-in corpus for the whole run, in a folder of its own."""

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from rag import Assistant, Library, Settings
from rag.index import open_index
from tests.answer_rules import Asking

# How long an example takes depends on what else the machine does.
hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")


@pytest.fixture(autouse=True, scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """KANGBIAN_HOME for every test, so that none reads or writes a person's own data; an index is built on first use."""
    folder = tmp_path_factory.mktemp("home")
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("KANGBIAN_")]:
            patch.delenv(name, raising=False)
        patch.setenv("KANGBIAN_HOME", str(folder))
        yield folder


@pytest.fixture(scope="session")
def settings(home: Path) -> Settings:
    """The settings of the session's index."""
    return Settings.from_env()


@pytest.fixture(scope="session")
def assistant(settings: Settings) -> Assistant:
    """One assistant over the built-in corpus."""
    return Assistant(settings=settings)


@pytest.fixture(scope="session")
def ask(assistant: Assistant, library: Library) -> Asking:
    """Ask on a fixed day, and hold every answer against the rules that all of them keep."""
    return Asking(assistant, library)


@pytest.fixture(scope="session")
def library(settings: Settings) -> Library:
    """The read side of the built-in corpus, for checks that do not trust the assistant."""
    return open_index(settings, "default").library
