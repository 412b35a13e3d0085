"""Typing slips in the names of laws, cases and terms: 著做权法, 合理试用, 着作权法."""

from collections.abc import Callable, Iterable
from functools import cached_property
from itertools import product

from rag.sounds import readings, sound

_SHORTEST, _LONGEST = 3, 24
_READINGS = 8
_NEGATIONS = frozenset("不无未非没")


class SlipMender:
    """Puts right what an input method or an ear got wrong: words that sound like a known name and are not one.

    Only a run of at least three characters that is read exactly like exactly one known name is replaced, so offsets
    stay. What stands in one of the `texts`, which are read when first needed, is right in itself and never bent: 关于训练
    is no slip for 预训练.

    >>> mender = SlipMender(["著作权法", "合理使用", "春风案"])
    >>> mender.mend("著做权法里的合理试用")
    '著作权法里的合理使用'
    >>> SlipMender(["未接触", "预训练"], lambda: ["关于训练端"]).mend("作者认为接触要件，关于训练")
    '作者认为接触要件，关于训练'
    >>> mender.mend("春风案和著作权法")
    '春风案和著作权法'
    """

    def __init__(self, names: Iterable[str], texts: Callable[[], Iterable[str]] = tuple) -> None:
        self._texts = texts
        self._names = {
            name
            for name in names
            if _SHORTEST <= len(name) <= _LONGEST and all("一" <= letter <= "鿿" for letter in name)
        }
        self._by_sound: dict[tuple[str, ...], set[str]] | None = None

    def mend(self, text: str) -> str:
        """The text with every slip replaced by the name it sounds like; its length does not change."""
        if self._by_sound is None:
            self._by_sound = {}
            for name in self._names:
                self._by_sound.setdefault(tuple(sound(letter) for letter in name), set()).add(name)
        letters, at = list(text), 0
        sizes = sorted({len(name) for name in self._names}, reverse=True)
        while at < len(letters):
            for size in sizes:
                window = text[at : at + size]
                if len(window) < size or (found := self._meant(window)) is None:
                    continue
                letters[at : at + size] = found
                at += size - 1
                break
            at += 1
        return "".join(letters)

    def _meant(self, window: str) -> str | None:
        """The one known name that the window sounds like; the window itself when it is a name."""
        if window in self._names:
            return window
        heard = [readings(letter) if "一" <= letter <= "鿿" else () for letter in window]
        if not all(heard):
            return None
        meant: set[str] = set()
        for count, sounds in enumerate(product(*heard)):
            if count == _READINGS:
                break
            meant |= (self._by_sound or {}).get(sounds, set())
        alike = [name for name in meant if _is_slip_for(window, name)]
        return alike[0] if len(alike) == 1 and window not in self._right else None

    @cached_property
    def _right(self) -> str:
        return "\n".join(self._texts())


def _is_slip_for(window: str, name: str) -> bool:
    """Whether at least half of the characters stand, and no negation was put in or taken out: 认为接触 is not 未接触."""
    changed = [pair for pair in zip(window, name, strict=True) if pair[0] != pair[1]]
    return len(changed) * 2 <= len(window) and not any(_NEGATIONS.intersection(pair) for pair in changed)
