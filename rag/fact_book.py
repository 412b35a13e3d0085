"""The facts that are looked for in a fact pattern, and conditions over them: the vocabulary of the defences, as data.

The list is `corpus/lexicon/facts.yaml`. A fact with a meaning (`means`) is read from the text: by the classifier, by words
that the list gives for it, or by both; the others follow from these by conditions.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest.errors import UnusableInput


@dataclass(frozen=True, slots=True)
class Condition:
    """Facts that must all be there, facts that must not, and facts that must be alleged, and no more.

    >>> Condition.parse("被告是平台 且 !自供内容 且 ?高度相似")
    Condition(needs=('被告是平台',), lacks=('自供内容',), alleged=('高度相似',))
    """

    needs: tuple[str, ...]
    lacks: tuple[str, ...]
    alleged: tuple[str, ...] = ()

    @classmethod
    def parse(cls, text: str) -> "Condition":
        """Read `甲 且 乙 且 !丙 且 ?丁`."""
        parts = [part.strip() for part in text.split("且")]
        return cls(
            tuple(part for part in parts if part[0] not in "!?"),
            tuple(part[1:].strip() for part in parts if part.startswith("!")),
            tuple(part[1:].strip() for part in parts if part.startswith("?")),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Every fact that the condition speaks of."""
        return self.needs + self.lacks + self.alleged


@dataclass(frozen=True, slots=True)
class Fact:
    """A fact of the list; the fields are explained at its head. `means` is empty for what follows from other facts.

    `words` and `unless` match simplified, narrow text. A fact that is not `learned` is unknown to the classifier.
    """

    name: str
    name_en: str
    means: str
    opposite: frozenset[str]
    instead: frozenset[str]
    replaces: frozenset[str]
    when: tuple[Condition, ...]
    learned: bool
    words: re.Pattern[str]
    unless: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class FactBook:
    """The list, by name and in its order: what is inferred stands after what it is inferred from.

    `pleading` begins what a party only pleads, up to the end of the sentence; `supposing` begins a supposition.
    """

    facts: Mapping[str, Fact]
    pleading: re.Pattern[str]
    supposing: re.Pattern[str]

    @property
    def read(self) -> tuple[str, ...]:
        """The facts that the classifier reads."""
        return tuple(name for name, fact in self.facts.items() if fact.means and fact.learned)

    @property
    def inferred(self) -> tuple[Fact, ...]:
        """The facts that follow from others."""
        return tuple(fact for fact in self.facts.values() if not fact.means)

    def require(self, names: Iterable[str], where: str) -> None:
        """Raise UnusableInput when something names a fact that the list does not have."""
        for name in names:
            if name not in self.facts:
                raise UnusableInput(f"{where} 引用的事实「{name}」不在 corpus/lexicon/facts.yaml 里。请补上或改名。")


@lru_cache(maxsize=4)
def load_facts(corpus: Path) -> FactBook:
    """Read `lexicon/facts.yaml` of a corpus folder. Raises UnusableInput where an entry is incomplete or names nothing."""
    import yaml

    path = corpus / "lexicon" / "facts.yaml"
    data: dict[str, Any] = yaml.load(path.read_text("utf-8"), yaml.CSafeLoader)
    facts: dict[str, Fact] = {}
    for number, row in enumerate(data["facts"], start=1):
        name = row.get("name")
        if not name or not row.get("en") or bool(row.get("means")) == bool(row.get("when")):
            raise UnusableInput(
                f"{path.name} 第 {number} 条事实（{name or '没有名称'}）不完整：须有 name、en，并有 means 或 when 之一。"
            )
        if name in facts:
            raise UnusableInput(f"{path.name} 里「{name}」出现两次。请合并或改名。")
        facts[name] = Fact(
            name=name,
            name_en=row["en"],
            means=row.get("means", ""),
            opposite=frozenset(row.get("opposite", ())),
            instead=frozenset(row.get("instead", ())),
            replaces=frozenset(row.get("replaces", ())),
            when=tuple(map(Condition.parse, row.get("when", ()))),
            learned=row.get("learned", True),
            words=_pattern(row.get("words"), name, path),
            unless=_pattern(row.get("unless"), name, path),
        )
        if not (facts[name].learned or row.get("words")):
            raise UnusableInput(f"{path.name} 里「{name}」不由分类器读出，须有 words。请补上。")
    book = FactBook(facts, *(_pattern(data.get(key), key, path) for key in ("pleading", "supposing")))
    for fact in facts.values():
        conditions = (name for condition in fact.when for name in condition.names)
        book.require([*fact.opposite, *fact.instead, *fact.replaces, *conditions], path.name)
    return book


_NOTHING = "(?!)"


def _pattern(parts: Sequence[str] | None, name: str, path: Path) -> re.Pattern[str]:
    """Matches any of the parts; nothing where none are given."""
    try:
        return re.compile("|".join(parts or [_NOTHING]), re.IGNORECASE)
    except re.error as error:
        raise UnusableInput(f"{path.name} 里「{name}」的词式写法有误：{error}。请检查括号。") from error
