"""Growth: which passages and questions a size is made of, what is kept between runs, and the command."""

import json
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

import eval.scale
from eval import run_scale, scale_table
from eval.charts import HOW_TO_INSTALL_CHARTS, draw_retrieval, draw_scale
from eval.scale import QUERIES, passages_of_size, questions, real_passages
from interfaces.cli import run
from rag import UnusableInput

POINT = {
    "passages": 1000, "synthetic": 200, "seconds": 2.0, "index_peak_mib": 300.4, "disk_mib": 12.34,
    "disk_parts_mib": {"words": 2.3, "vectors": 10.04}, "open_seconds": 0.25, "query_peak_mib": 150.0, "queries": 200,
    "p50_ms": 3.21, "p95_ms": 9.87, "embed_p50_ms": 0.271,
}  # fmt: skip


@pytest.fixture
def beir(tmp_path: Path) -> Path:
    folder = tmp_path / "beir"
    folder.mkdir()
    rows = [{"_id": str(n), "title": "甲法", "text": f"第{n}条应当遵守规定。违反的处以罚款{n}元。"} for n in range(12)]
    (folder / "corpus.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "queries.jsonl").write_text('{"_id": "q", "text": "罚款多少"}\n', encoding="utf-8")
    return folder


def test_real_passages_come_first_and_synthetic_ones_are_made_of_their_sentences(beir: Path) -> None:
    real = list(real_passages(beir))
    made = list(passages_of_size(40, beir))
    assert made[:12] == real
    assert list(passages_of_size(5, beir)) == real[:5]
    assert made == list(passages_of_size(40, beir))
    assert len({passage.id for passage in made}) == len(made) == 40
    sentences = {sentence + "。" for passage in real for sentence in passage.text.split("。") if sentence}
    assert {sentence + "。" for passage in made[12:] for sentence in passage.text.split("。") if sentence} <= sentences


def test_without_a_corpus_the_built_in_statutes_are_taken() -> None:
    passages = {passage.id: passage for passage in real_passages(None)}
    assert "著作权法@2020/24" in passages
    assert passages["著作权法@2020/24"].title == "中华人民共和国著作权法"
    assert len(list(islice(passages_of_size(len(passages) + 3, None), None))) == len(passages) + 3
    asked = questions(None)
    assert (len(asked), asked) == (QUERIES, questions(None))


def test_few_queries_are_asked_again(beir: Path) -> None:
    assert questions(beir) == ["罚款多少"] * QUERIES


def test_a_size_that_was_measured_is_not_measured_again(
    beir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def measured(module: str, task: dict[str, Any], progress: object) -> dict[str, Any]:
        asked.append(task["size"])
        if task["size"] == 30:
            raise UnusableInput("磁盘已满。")
        return POINT | {"passages": task["size"]}

    monkeypatch.setattr(eval.scale, "run_child", measured)
    folder = tmp_path / "scale"
    with pytest.raises(UnusableInput):
        run_scale(folder, [30, 10, 20], beir)
    assert asked == [10, 20, 30]
    found = run_scale(folder, [5, 10, 20], beir)
    assert asked == [10, 20, 30, 5]
    assert [point["passages"] for point in found["points"]] == [5, 10, 20]
    assert (folder / "scale.md").read_text("utf-8") == scale_table(found).markdown()
    assert "</svg>" in (folder / "scale.svg").read_text("utf-8")
    # Other passages are another measurement.
    with (beir / "corpus.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"_id": "new", "text": "新的一条。"}\n')
    assert [point["passages"] for point in run_scale(folder, [10], beir)["points"]] == [10]
    (folder / "scale.json").write_text("[]", encoding="utf-8")
    with pytest.raises(UnusableInput, match="不是本程序写的测量结果"):
        run_scale(folder, [10], beir)


def test_the_table_gives_every_figure() -> None:
    (row,) = scale_table({"points": [POINT]}).rows
    assert row == [
        "1,000", "200", "2.0", "500", "300", "12.3", "words 2.3, vectors 10.0", "0.25", "150", "3.2", "9.9", "0.27",
    ]  # fmt: skip


def test_the_command_measures_a_real_index(beir: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "scale"
    arguments = ["eval", "scale", "-o", str(folder), "--sizes", "10,20", "--corpus", str(beir)]
    assert run(arguments) == 0
    assert "| 20 | 8 |" in capsys.readouterr().out
    points = json.loads((folder / "scale.json").read_text("utf-8"))["points"]
    assert [(point["passages"], point["synthetic"], point["queries"]) for point in points] == [
        (10, 0, 200),
        (20, 8, 200),
    ]
    for point in points:
        assert point.keys() == POINT.keys()
        assert min(point[name] for name in ("seconds", "index_peak_mib", "disk_mib", "p50_ms", "open_seconds")) > 0


@pytest.mark.parametrize(("sizes", "code"), [("10,x", 2), ("", 3), ("0", 3), ("-5", 3)])
def test_sizes_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str], sizes: str, code: int) -> None:
    assert run(["eval", "scale", "-o", str(tmp_path / "scale"), f"--sizes={sizes}"]) == code
    assert "以逗号分隔的正整数" in capsys.readouterr().err


# --- charts -----------------------------------------------------------------------------------------------------------

RESULTS: dict[str, dict[str, Any]] = {
    "a": {"recall@10": 0.6, "intervals": {"recall@10": [0.55, 0.65]}, "latency_ms": {"p50": 4.0, "p95": 9.0}},
    "b": {"recall@10": None, "intervals": {}, "latency_ms": {"p50": 20.0, "p95": 30.0}},
}


def test_the_same_figures_give_the_same_chart_and_no_letter_needs_a_font(tmp_path: Path) -> None:
    for name in ("one.svg", "two.svg"):
        draw_retrieval(RESULTS, {"a": "Kangbian", "b": "LlamaIndex"}, tmp_path / name)
    one = (tmp_path / "one.svg").read_bytes()
    assert one == (tmp_path / "two.svg").read_bytes()
    assert b"<text" not in one


@pytest.mark.parametrize("font", ["DejaVu Sans", "Noto Sans CJK SC"])
def test_labels_are_chinese_only_where_a_font_for_them_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, font: str
) -> None:
    from matplotlib.font_manager import FontEntry, fontManager

    known = next(entry for entry in fontManager.ttflist if entry.name == "DejaVu Sans")
    monkeypatch.setattr(fontManager, "ttflist", [known, FontEntry(fname=known.fname, name=font)])
    draw_scale([POINT, POINT | {"passages": 2000}], tmp_path / "scale.svg")
    # Matplotlib writes each label as a comment above its outlines.
    assert ("<!-- 段落数 -->" in (tmp_path / "scale.svg").read_text("utf-8")) is (font != "DejaVu Sans")


def test_without_matplotlib_the_message_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("eval.charts.find_spec", lambda name: None)
    with pytest.raises(UnusableInput, match=r"pip install 'kangbian\[charts\]'"):
        draw_scale([POINT], tmp_path / "scale.svg")
    assert "matplotlib" in HOW_TO_INSTALL_CHARTS
