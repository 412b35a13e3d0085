"""The defences as their files in `corpus/defences` state them, with a check that says what is wrong where.

The fields are explained at the head of each file. Conditions speak of the facts in `corpus/lexicon/facts.yaml`, and
authorities are citation keys.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from ingest.citation import Citation
from ingest.errors import UnusableInput
from rag.answer import Strength
from rag.fact_book import Condition, FactBook, load_facts

FLOOR = "damages"
"""The defence that is left when all others fail."""


def _parsed(text: Any) -> Any:
    return Condition.parse(text) if isinstance(text, str) else text


def _key(key: str) -> str:
    Citation.parse(key)
    return key


def _joined(text: str) -> str:
    """Lines of a folded text are joined by a space, which Chinese does not want."""
    return text if text.isascii() else "".join(text.split())


_Condition = Annotated[Condition, BeforeValidator(_parsed)]
_Conditions = tuple[_Condition, ...]
_Key = Annotated[str, AfterValidator(_key)]
_Keys = tuple[_Key, ...]
_Folded = Annotated[str, AfterValidator(_joined)]


class _Part(BaseModel):
    """A part of a file: nothing unknown in it, nothing missing."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Exclusion(_Part):
    """When the law excludes a defence, why, and where that stands."""

    when: _Condition
    why: str
    citations: _Keys


class Signals(_Part):
    """What shows an element met, and what shows it defeated: conditions, any one of which suffices."""

    met: _Conditions
    defeated: _Conditions


class ElementRule(_Part):
    """An element. With `only_when` it is no part of the defence where none of these conditions holds.

    Where a decisive element that `excludes` is defeated, the law excludes the defence; where another decisive element
    is, the defence is weak.
    """

    id: str
    name: str
    question: str
    met_when: str
    defeated_when: str
    decisive: bool
    excludes: bool = False
    citations: _Keys
    only_when: _Conditions = ()
    signals: Signals


class Award(_Part):
    """A comparable award, in yuan; `claimed` is None where it is not known."""

    case: _Key
    when: _Conditions
    claimed: int | None
    awarded: int
    who: str
    note: str = ""
    citations: _Keys


class Provision(_Part):
    """A provision whose words are shown where the condition holds."""

    when: _Condition = Condition((), ())
    key: _Key


class Cited(_Part):
    """A sentence with the places that bear it."""

    text: _Folded
    citations: _Keys


class DefenceRule(_Part):
    """A defence as its file states it."""

    id: str
    name: str
    name_en: str
    issue: str
    issue_en: str
    at_issue: str
    where: tuple[str, ...]
    where_text: str
    summary: _Folded
    applies_when: _Conditions
    not_shown: str
    not_shown_as: Strength
    excluded_when: tuple[Exclusion, ...]
    leads_when: _Conditions
    at_most: dict[Strength, _Conditions] = Field(default_factory=dict)
    at_least: dict[Strength, _Conditions] = Field(default_factory=dict)
    provisions: tuple[
        Annotated[Provision, BeforeValidator(lambda row: {"key": row} if isinstance(row, str) else row)], ...
    ]
    burden: Cited
    elements: Annotated[tuple[ElementRule, ...], Field(min_length=1)]
    supporting: _Keys
    adverse: _Keys
    pending: _Keys
    reasons: dict[_Key, str]
    evidence: tuple[str, ...]
    would_change: tuple[str, ...]
    notes: tuple[Cited, ...]
    amounts: tuple[Award, ...] = ()

    def conditions(self) -> Iterator[Condition]:
        """Every condition of the file."""
        yield from self.applies_when
        yield from self.leads_when
        yield from (exclusion.when for exclusion in self.excluded_when)
        limits = (*self.at_most.values(), *self.at_least.values())
        yield from (condition for when in limits for condition in when)
        yield from (provision.when for provision in self.provisions)
        for element in self.elements:
            yield from (*element.only_when, *element.signals.met, *element.signals.defeated)
        yield from (condition for award in self.amounts for condition in award.when)


@lru_cache(maxsize=4)
def load_rules(corpus: Path) -> tuple[DefenceRule, ...]:
    """Read every defence of a corpus folder.

    Raises UnusableInput, naming the file and the field: something is missing, unknown or of the wrong kind, a condition
    names an unknown fact, a key is none, an authority comes without its reason.
    """
    book = load_facts(corpus)
    return tuple(_read(path, book) for path in sorted((corpus / "defences").glob("*.yaml")))


def _read(path: Path, book: FactBook) -> DefenceRule:
    import yaml

    try:
        rule = DefenceRule.model_validate(yaml.load(path.read_text("utf-8"), yaml.CSafeLoader))
    except yaml.YAMLError as error:
        raise UnusableInput(f"{path.name} 不是有效的 YAML：{error}。请检查缩进和引号。") from error
    except ValidationError as error:
        wrong = "；".join(
            f"{'.'.join(map(str, one['loc'])) or '整个文件'}：{_WRONG.get(one['type'], one['msg'])}"
            for one in error.errors()
        )
        raise UnusableInput(f"{path.name} 写法有误。{wrong}。请对照文件开头的说明改正。") from error
    for key in (*rule.supporting, *rule.adverse, *rule.pending):
        if key not in rule.reasons:
            raise UnusableInput(f"{path.name} 的 reasons 没有说明「{key}」的意义。请补上。")
    book.require((name for condition in rule.conditions() for name in condition.names), path.name)
    return rule


_WRONG = {
    "missing": "缺少这个字段",
    "extra_forbidden": "没有这个字段，可能写错了名称",
    "enum": "强度应为 strong、medium、weak、unavailable 之一",
    "string_type": "应是文字",
    "bool_parsing": "应是 true 或 false",
    "bool_type": "应是 true 或 false",
    "int_parsing": "应是以元为单位的整数",
    "int_type": "应是以元为单位的整数",
    "tuple_type": "应是列表",
}
