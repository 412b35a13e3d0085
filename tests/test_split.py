"""Long passages are split at sentence ends, and the pieces joined give the passage back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.split import split_passage


@pytest.mark.parametrize(
    ("text", "limit", "pieces"),
    [
        ("", 10, []),
        ("甲乙丙。", 10, ["甲乙丙。"]),
        ("甲乙丙。丁戊己。庚辛壬。", 8, ["甲乙丙。丁戊己。", "庚辛壬。"]),
        ("他说：“不构成侵权。”法院未采纳。", 12, ["他说：“不构成侵权。”", "法院未采纳。"]),
        ("（一）甲；\n（二）乙；\n（三）丙。", 10, ["（一）甲；\n", "（二）乙；\n", "（三）丙。"]),
        ("甲乙丙丁，戊己庚辛", 6, ["甲乙丙丁，", "戊己庚辛"]),
        ("甲乙丙丁戊己庚", 3, ["甲乙丙", "丁戊己", "庚"]),
        ("甲\n乙丙丁戊", 4, ["甲\n", "乙丙丁戊"]),
    ],
)
def test_pieces(text: str, limit: int, pieces: list[str]) -> None:
    assert [text[start:end] for start, end in split_passage(text, limit)] == pieces


def test_a_limit_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="limit"):
        split_passage("甲", 0)


@given(st.text(alphabet="甲乙。，；\n”） a", max_size=200), st.integers(1, 50))
def test_nothing_is_lost(text: str, limit: int) -> None:
    spans = split_passage(text, limit)
    assert "".join(text[start:end] for start, end in spans) == text
    assert all(0 < end - start <= limit for start, end in spans)
