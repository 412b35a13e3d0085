"""The charts of the measurements, as SVG, drawn by matplotlib, which is optional: pip install 'kangbian[charts]'.

Letters are drawn as outlines, so that a chart looks the same on a machine without the font; labels are Chinese where a
font for them is found, English elsewhere. The same figures give the same file.
"""

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from eval.confusion import NONE, Confusion
from eval.wording import STRENGTHS, named_defence
from rag import UnusableInput

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.figure import Figure

_CJK_FONTS = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Hiragino Sans GB",
    "Microsoft YaHei", "SimHei", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei", "Noto Sans CJK JP",
)  # fmt: skip
# Told apart in print and by those who do not tell red from green (Okabe and Ito, 2008).
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
_MARKERS = ("o", "s", "^", "D", "v", "P")
_CHINESE = {"index": "建索引", "search": "检索"}


def charts_available() -> bool:
    """Whether matplotlib is installed."""
    return find_spec("matplotlib") is not None


HOW_TO_INSTALL_CHARTS = "没有画图：未安装 matplotlib。安装后重新运行即可：pip install 'kangbian[charts]'。"


def draw_retrieval(systems: Mapping[str, Mapping[str, Any]], labels: Mapping[str, str], path: Path) -> None:
    """recall@10 against the median latency of a query, with the 95% interval of recall; the whisker ends at p95.

    A system without recall (random weights) is a line at its latency. Raises UnusableInput where matplotlib is missing.
    """
    figure, axes, chinese = _canvas()
    for number, (name, result) in enumerate(systems.items()):
        colour, marker = _COLOURS[number % len(_COLOURS)], _MARKERS[number % len(_MARKERS)]
        p50, p95 = result["latency_ms"]["p50"], result["latency_ms"]["p95"]
        value = result["recall@10"]
        if value is None:
            text = "（随机权重，只测速度）" if chinese else " (random weights: speed only)"
            axes.axvline(p50, color=colour, linestyle="--", label=labels[name] + text)
            continue
        low, high = result["intervals"]["recall@10"]
        axes.errorbar(
            p50, value, yerr=[[value - low], [high - value]], xerr=[[0.0], [max(0.0, p95 - p50)]],
            color=colour, marker=marker, capsize=3, linestyle="none", label=labels[name],
        )  # fmt: skip
    axes.set_xscale("log")
    _plain_ticks(axes.xaxis)
    axes.set_ylim(0, 1)
    axes.set_xlabel(
        "单次检索用时（毫秒，p50，右须至 p95）" if chinese else "latency of a query (ms, p50; whisker to p95)"
    )
    axes.set_ylabel("recall@10（95% 区间）" if chinese else "recall@10 (95% interval)")
    axes.legend(loc="best", fontsize="small")
    _save(figure, path)


def draw_scale(points: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Index time, memory, disk and latency against the number of passages, both axes logarithmic.

    Raises UnusableInput where matplotlib is missing.
    """
    figure, _, chinese = _canvas(2, 2)
    panels: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...] = (
        ("建立索引（秒）", "index (s)", (("seconds", ""),)),
        ("内存峰值（MiB）", "peak memory (MiB)", (("index_peak_mib", "index"), ("query_peak_mib", "search"))),
        ("磁盘（MiB）", "disk (MiB)", (("disk_mib", ""),)),
        ("单次检索（毫秒）", "latency of a query (ms)", (("p50_ms", "p50"), ("p95_ms", "p95"))),
    )
    sizes = [point["passages"] for point in points]
    for axes, (title, english, lines) in zip(figure.axes, panels, strict=True):
        for number, (key, label) in enumerate(lines):
            values = [point[key] for point in points]
            shown = _CHINESE.get(label, label) if chinese else label
            axes.plot(sizes, values, color=_COLOURS[number], marker=_MARKERS[number], label=shown)
        axes.set_xscale("log")
        axes.set_yscale("log")
        _plain_ticks(axes.xaxis, (1,))
        _plain_ticks(axes.yaxis)
        axes.set_title(title if chinese else english, fontsize="medium")
        axes.set_xlabel("段落数" if chinese else "passages")
        if len(lines) > 1:
            axes.legend(loc="best", fontsize="small")
    _save(figure, path)


def draw_confusion(found: Confusion, path: Path) -> None:
    """Which defence led instead of which, and how strong each was where gold says it carries or fails.

    Raises UnusableInput where matplotlib is missing.
    """
    figure, axes, chinese = _canvas(1, 2)
    names = found.defences
    columns = [*names, *([NONE] if any(one == NONE for _, one in found.first) else [])]
    counts = [[found.first[gold, led] for led in columns] for gold in names]
    _grid(axes, counts, [named_defence(name) if chinese else name for name in names],
          [named_defence(name) if chinese else name for name in columns])  # fmt: skip
    axes.set_title(
        "应排第一（行）与实际第一（列）" if chinese else "should lead (row), led (column)", fontsize="medium"
    )
    rows = [(name, should) for name in names for should in ("carry", "fail") if _any(found, name, should)]
    said = {"carry": ("应可主张", "carries"), "fail": ("应不成立", "fails")}
    _grid(
        figure.axes[1],
        [[found.strength[name, should, strength] for strength in STRENGTHS] for name, should in rows],
        [f"{named_defence(name) if chinese else name} {said[should][0 if chinese else 1]}" for name, should in rows],
        list(STRENGTHS.values() if chinese else STRENGTHS),
    )
    figure.axes[1].set_title(
        "标准（行）与实际强度（列）" if chinese else "gold (row), strength found", fontsize="medium"
    )
    _save(figure, path)


def _any(found: Confusion, name: str, should: str) -> bool:
    return any(one == name and kind == should for one, kind, _ in found.strength)


def _grid(axes: "Axes", counts: Sequence[Sequence[int]], rows: Sequence[str], columns: Sequence[str]) -> None:
    """A table of counts, the darker the larger its share of the row."""
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    axes.grid(visible=False)
    axes.set_xticks(range(len(columns)), columns, rotation=35, ha="right", fontsize="small")
    axes.set_yticks(range(len(rows)), rows, fontsize="small")
    for y, row in enumerate(counts):
        for x, count in enumerate(row):
            if count:
                colour = "white" if shares[y][x] > 0.55 else "black"
                axes.text(x, y, str(count), ha="center", va="center", color=colour, fontsize="small")


def _canvas(rows: int = 1, columns: int = 1) -> "tuple[Figure, Axes, bool]":
    """A figure, its first axes, and whether Chinese can be written on it."""
    if not charts_available():
        raise UnusableInput(HOW_TO_INSTALL_CHARTS)
    import matplotlib

    # No window is opened, so no display is needed.
    matplotlib.use("svg")
    from matplotlib import font_manager, pyplot

    held = {font.name for font in font_manager.fontManager.ttflist}
    font = next((name for name in _CJK_FONTS if name in held), None)
    matplotlib.rcParams.update(
        {
            "font.family": [*([font] if font else []), "DejaVu Sans"],
            "svg.fonttype": "path",
            "svg.hashsalt": "kangbian",
            "axes.grid": True,
            "grid.alpha": 0.3,
        }
    )
    figure, _ = pyplot.subplots(rows, columns, figsize=(4.5 * columns + 2.5, 3.2 * rows + 1.4), layout="constrained")
    return figure, figure.axes[0], font is not None


def _plain_ticks(axis: "Axis", multiples: Sequence[float] = (1, 2, 5)) -> None:
    """Numbers as they are read, 20 and not 2 x 10^1, at these multiples of the powers of ten."""
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    axis.set_major_locator(LogLocator(subs=multiples))
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}" if value >= 10 else f"{value:g}"))
    axis.set_minor_formatter(NullFormatter())


def _save(figure: "Figure", path: Path) -> None:
    from matplotlib import pyplot

    figure.savefig(path, format="svg", metadata={"Date": None})
    pyplot.close(figure)
