"""Questions whose answers are known, as part of the embedding: what was asked like this was answered by these passages.

Only vectors are kept, 8 bits a number, and of each answer the hash of its words: neither question nor passage can be read
back, and a passage is known again wherever the same words stand, whatever it is called there.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from ingest.errors import UnusableInput

FILE = "known_questions.safetensors"

_NUMBER = re.compile(r"^\s*第[一二三四五六七八九十百千零〇\d]+条(?:之[一二三四五六七八九十\d]+)?")
# The first axes of a vector are the widest, and a fraction of them finds the few hundred that are compared in full.
_LEADING, _SHORTLIST = 64, 400


def answer_hash(text: str) -> int:
    """A 64-bit number for the words of a passage: letters, digits and characters, without the number of an article.

    >>> answer_hash("第三条　作品，是指……") == answer_hash("作品是指")
    True
    """
    bare = _NUMBER.sub("", unicodedata.normalize("NFKC", text))
    return int.from_bytes(blake2b("".join(filter(str.isalnum, bare)).encode(), digest_size=8).digest(), "little")


@dataclass(frozen=True)
class Votes:
    """What the nearest known questions say: for each answer (by its hash) the best cosine, and the sum of the votes."""

    answers: npt.NDArray[np.uint64]
    best: npt.NDArray[np.float32]
    total: npt.NDArray[np.float32]


@dataclass(frozen=True)
class Kin:
    """The known questions nearest to one that is asked, in no order: their `cosines`, and whether what answers each is held."""

    cosines: npt.NDArray[np.float32]
    held: npt.NDArray[np.bool_]


NO_KIN = Kin(np.zeros(0, np.float32), np.zeros(0, np.bool_))


@dataclass(frozen=True)
class KnownQuestions:
    """Some have no answer: they are known to be answered by no law, such as how to cook noodles. `vectors` (n, dimension) int8, of length 127 each but for rounding; `answers[starts[i]:starts[i + 1]]` answer i."""

    vectors: npt.NDArray[np.int8]
    starts: npt.NDArray[np.int32]
    answers: npt.NDArray[np.uint64]

    @classmethod
    def of(cls, vectors: npt.NDArray[np.float32], answers: list[list[int]]) -> "KnownQuestions":
        """From vectors of length 1, shape (n, dimension), and the hashes of what answers each."""
        starts = np.concatenate([[0], np.cumsum([len(found) for found in answers])]).astype(np.int32)
        flat = np.array([number for found in answers for number in found], dtype=np.uint64)
        return cls(np.rint(vectors * 127).astype(np.int8), starts, flat)

    @classmethod
    def load(cls, folder: Path) -> "KnownQuestions | None":
        """Those that lie beside an embedding; None where there are none. Raises UnusableInput for a broken file."""
        path = folder / FILE
        if not path.is_file():
            return None
        from safetensors import SafetensorError
        from safetensors.numpy import load_file

        try:
            found = load_file(path)
            starts = np.concatenate([[0], np.cumsum(found["sizes"], dtype=np.int32)]).astype(np.int32)
            return cls(found["vectors"], starts, found["hashes"][found["answers"]])
        except (OSError, KeyError, SafetensorError) as error:
            raise UnusableInput(f"「{path}」无法读取（{type(error).__name__}）。请重新取得模型文件夹。") from error

    def save(self, folder: Path) -> None:
        """Write them beside an embedding."""
        from safetensors.numpy import save

        # Few answers answer many questions: each hash is kept once, in as few bytes as it takes.
        hashes, answers = np.unique(self.answers, return_inverse=True)
        sizes = np.diff(self.starts)
        content: dict[str, npt.NDArray[Any]] = {
            "vectors": self.vectors,
            "sizes": sizes.astype(np.min_scalar_type(int(sizes.max(initial=0)))),
            "answers": answers.astype(np.min_scalar_type(len(hashes))),
            "hashes": hashes,
        }
        (folder / FILE).write_bytes(save(content))

    @cached_property
    def _leading(self) -> npt.NDArray[np.float32]:
        """Shape (leading axes, n)."""
        return np.ascontiguousarray(self.vectors[:, :_LEADING].T, dtype=np.float32) / np.float32(127)

    def votes(self, vector: npt.NDArray[np.float32], count: int) -> Votes:
        """What the `count` known questions nearest to a question vector (length 1) say.

        A question votes with the third power of its cosine, shared among its answers by the root of their number.
        """
        if not len(self.vectors):
            return Votes(np.zeros(0, np.uint64), np.zeros(0, np.float32), np.zeros(0, np.float32))
        near, cosines = self._nearest(vector, count)
        found, owner, sizes = self._answers_of(near)
        answers, place = np.unique(found, return_inverse=True)
        best = np.zeros(len(answers), np.float32)
        np.maximum.at(best, place, cosines[owner])
        total = np.bincount(place, cosines[owner] ** 3 / np.sqrt(sizes[owner]), len(answers)).astype(np.float32)
        return Votes(answers, best, total)

    def kin(
        self,
        vector: npt.NDArray[np.float32],
        count: int,
        holds: Callable[[npt.NDArray[np.uint64]], npt.NDArray[np.bool_]],
    ) -> Kin:
        """The `count` known questions nearest to a question vector (length 1); `holds` says of hashes which are held."""
        if not len(self.vectors):
            return NO_KIN
        near, cosines = self._nearest(vector, count)
        found, owner, _ = self._answers_of(near)
        held = np.zeros(len(near), np.bool_)
        held[owner[holds(found)]] = True
        return Kin(cosines, held)

    def _nearest(
        self, vector: npt.NDArray[np.float32], count: int
    ) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float32]]:
        """The numbers of the nearest questions, in no order, and their cosines, none below 0."""
        # Not `@`: so small a product is over before the threads of the linear algebra library have woken, and they keep
        # the processors from the vector search afterwards (p95 8 ms against 0.5).
        rough = np.einsum("ij,i->j", self._leading, vector[:_LEADING])
        near = _largest(rough, _SHORTLIST)
        cosines = np.einsum("ij,j->i", self.vectors[near].astype(np.float32), vector) / np.float32(127)
        chosen = _largest(cosines, count)
        return near[chosen], np.maximum(cosines[chosen], 0)

    def _answers_of(
        self, near: npt.NDArray[np.intp]
    ) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.intp], npt.NDArray[np.int32]]:
        """The hashes of what answers these questions, for each the place of its question in `near`, and how many each has."""
        sizes = self.starts[near + 1] - self.starts[near]
        owner = np.repeat(np.arange(len(near)), sizes)
        inside = np.arange(len(owner)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        return self.answers[self.starts[near][owner] + inside], owner, sizes


def _largest(values: npt.NDArray[np.float32], count: int) -> npt.NDArray[np.intp]:
    """The positions of the `count` largest values, in no order."""
    if len(values) <= count:
        return np.arange(len(values))
    found: npt.NDArray[np.intp] = np.argpartition(values, -count)[-count:]
    return found
