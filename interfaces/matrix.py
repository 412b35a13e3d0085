"""The matrix of facts against cases, drawn: one SVG, no font and no script of its own, readable without colours."""

from interfaces.markup import plain
from interfaces.wording import Wording
from rag import Effect, FactState, Matrix

_LABEL, _COLUMN, _ROW, _HEAD = 210, 62, 26, 118
_SIGNS = {Effect.SUPPORTS: "＋", Effect.UNDERCUTS: "－", Effect.MIXED: "±", Effect.UNKNOWN: "？", Effect.NEUTRAL: "·"}
_RADIUS = 7


def draw_matrix(matrix: Matrix, words: Wording) -> str:
    """The picture; empty where no case shares a fact.

    A full circle is a fact that is told, an empty one a fact whose opposite is told; below the line stands which way each
    case cuts for each defence.
    """
    if len(matrix.columns) < 2:
        return ""
    rows, columns = len(matrix.facts) + len(matrix.defences), len(matrix.columns)
    width, height = _LABEL + _COLUMN * columns + 40, _HEAD + _ROW * rows + 34
    parts = [_shade(matrix), *_heads(matrix), *_facts(matrix), *_effects(matrix)]
    legend = plain(words.matrix_legend)
    parts.append(f'<text class="kb-m-legend" x="4" y="{height - 8}">{legend}</text>')
    return (
        f'<figure class="kb-matrix"><figcaption>{plain(words.matrix)}</figcaption>'
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{plain(words.matrix)}">{"".join(parts)}</svg></figure>'
    )


def _shade(matrix: Matrix) -> str:
    """The column of the matter at hand, set off from the cases."""
    height = _ROW * (len(matrix.facts) + len(matrix.defences))
    return f'<rect class="kb-m-own" x="{_LABEL}" y="{_HEAD}" width="{_COLUMN}" height="{height}"/>'


def _heads(matrix: Matrix) -> list[str]:
    return [
        f'<text class="kb-m-head" transform="translate({_centre(number) - 4},{_HEAD - 8}) rotate(-40)">'
        f"<title>{plain(column.key or column.name)}</title>{plain(column.name)}</text>"
        for number, column in enumerate(matrix.columns)
    ]


def _facts(matrix: Matrix) -> list[str]:
    parts = []
    for row, fact in enumerate(matrix.facts):
        y = _HEAD + _ROW * row + _ROW // 2
        parts += [_line(y + _ROW // 2, matrix, strong=False), _label(fact, y)]
        for number, column in enumerate(matrix.columns):
            if column.cells[row] is not FactState.ABSENT:
                name = f"{column.name}: {fact}"
                parts.append(
                    f'<circle class="kb-m-{column.cells[row]}" cx="{_centre(number)}" cy="{y}" r="{_RADIUS}">'
                    f"<title>{plain(name)}</title></circle>"
                )
    return parts


def _effects(matrix: Matrix) -> list[str]:
    top = _HEAD + _ROW * len(matrix.facts)
    parts = [_line(top, matrix, strong=True)]
    for row, defence in enumerate(matrix.defences):
        y = top + _ROW * row + _ROW // 2
        parts += [_line(y + _ROW // 2, matrix, strong=False), _label(defence, y)]
        for number, column in enumerate(matrix.columns):
            effect = column.effects[row]
            if effect is not None:
                parts.append(
                    f'<text class="kb-m-effect kb-m-{effect}" x="{_centre(number)}" y="{y + 5}">{_SIGNS[effect]}</text>'
                )
    return parts


def _centre(column: int) -> int:
    return _LABEL + _COLUMN * column + _COLUMN // 2


def _label(text: str, y: int) -> str:
    return f'<text class="kb-m-label" x="{_LABEL - 10}" y="{y + 5}">{plain(text)}</text>'


def _line(y: int, matrix: Matrix, *, strong: bool) -> str:
    end = _LABEL + _COLUMN * len(matrix.columns)
    return f'<line class="kb-m-line{" kb-m-rule" if strong else ""}" x1="0" x2="{end}" y1="{y}" y2="{y}"/>'
