"""The signs that a question is within reach of what is held, and their weights, fitted by `python -m rag.training.wording`."""

from functools import lru_cache
from pathlib import Path

import numpy as np

from rag.known_questions import Kin
from rag.sign_weights import SignWeights

FILE = Path(__file__).resolve().parent / "reading" / "scope.json"
SIGNS = (
    "wording",
    "central",
    "near",
    "elsewhere",
    "central_elsewhere",
    "covered",
    "well_covered",
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


def signs(wording: float, central: bool, near: bool, elsewhere: bool, covered: float, kin: Kin) -> list[float]:
    """All of `SIGNS` in their order: log odds of the wording (`rag.wording`), words of the field, its neighbours and others
    (`rag.scope.Field`), the share of the question's terms that one passage holds (0 to 1), and its kin."""
    flags = (central, near, elsewhere, central and elsewhere)
    return [wording, *map(float, flags), covered, float(covered >= _WELL), *kin_signs(kin)]


@lru_cache(maxsize=1)
def load_scope_weights() -> SignWeights:
    """The weights that ship with the product."""
    return SignWeights.load(FILE, SIGNS)
