"""The signs that a question is within reach of what is held, and their weights, fitted by `python -m rag.training.wording`."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from rag.known_questions import Kin
from rag.sign_weights import SignWeights

FILE = Path(__file__).resolve().parent / "reading" / "scope.json"
SIGNS = (
    "wording",
    "answered",
    "english_stranger",
    "central",
    "near",
    "elsewhere",
    "central_elsewhere",
    "covered",
    "well_covered",
    "unstated",
    "stated",
    "not_of_country",
    "of_country",
    "kin_held",
    "kin_lead",
)
_WELL = 0.5
_SHARPNESS = 12.0


def kin_signs(kin: Kin) -> list[float]:
    """The last two of `SIGNS`: the share of what is held among the known questions nearest, and how far the nearest that is
    held lies before the nearest that is not. How near they are is no sign: it tells whether somebody asked so before.

    >>> import numpy as np
    >>> kin_signs(Kin(np.array([0.9, 0.5]), np.array([True, False])))[1]
    0.4
    """
    if not len(kin.cosines):
        return [0.0, 0.0]
    weights = np.exp(_SHARPNESS * (kin.cosines - kin.cosines.max()))
    farthest = float(kin.cosines.min())
    held = float(kin.cosines[kin.held].max(initial=farthest))
    other = float(kin.cosines[~kin.held].max(initial=farthest))
    return [float(weights[kin.held].sum() / weights.sum()), held - other]


@dataclass(frozen=True, slots=True)
class Worded:
    """How a question is worded: log odds (`rag.wording`), and whether it has words of the heart of the field, of its
    neighbourhood and of others (`rag.scope.Field`). In English the embedding knows few words but those of the field."""

    odds: float
    is_central: bool
    is_near: bool
    is_elsewhere: bool
    is_english: bool


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for it: the log odds that it answers (`rag.answering`); the share of its terms that one passage holds (0 to 1); whether one states a quantity such as it asks
    for (`rag.quantity.is_stated`) and is of the country whose law it asks, None where it asks for neither."""

    answered: float
    covered: float
    is_stated: bool | None
    is_of_country: bool | None


def signs(worded: Worded, found: Found, kin: Kin) -> list[float]:
    """All of `SIGNS` in their order."""
    flags = (worded.is_central, worded.is_near, worded.is_elsewhere, worded.is_central and worded.is_elsewhere)
    asked = (answer is given for answer in (found.is_stated, found.is_of_country) for given in (False, True))
    covered = (found.covered, float(found.covered >= _WELL))
    stranger = worded.is_english and not (worded.is_central or worded.is_near)
    return [
        worded.odds,
        found.answered,
        float(stranger),
        *map(float, flags),
        *covered,
        *map(float, asked),
        *kin_signs(kin),
    ]


@lru_cache(maxsize=1)
def load_scope_weights() -> SignWeights:
    """The weights that ship with the product."""
    return SignWeights.load(FILE, SIGNS)
