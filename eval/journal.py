"""What a run has got so far, on disk from the moment it is got: a killed run goes on, a finished one begins anew.

The first line says which run it is, each other line holds one result, and the last line of a finished run says so.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from eval.output import replace_file
from rag import UnusableInput


class Journal:
    """The results of the run that `run` describes; `rows` are those of an earlier, unfinished run of the same.

    Raises UnusableInput for a file that is not such a journal, which is left as it is; OSError where the disk fails.
    """

    def __init__(self, path: Path, run: Mapping[str, Any]) -> None:
        self._path, self._run = path, run
        self.rows: list[dict[str, Any]] = []
        self._load()

    def add(self, row: Mapping[str, Any]) -> None:
        """Keep one result."""
        with self._path.open("ab") as out:
            out.write((json.dumps(row, ensure_ascii=False) + "\n").encode())

    def begin(self) -> None:
        """Begin anew, with nothing held."""
        self.rows = []
        replace_file(self._path, json.dumps({"run": self._run}, ensure_ascii=False) + "\n")

    def finish(self) -> None:
        """Say that the run is over: the next one begins anew."""
        self.add({"done": True})

    def _load(self) -> None:
        if not self._path.exists():
            self.begin()
            return
        # A line that was cut off when the process was killed is as good as not written.
        lines = self._path.read_bytes().split(b"\n")[:-1]
        try:
            rows = [json.loads(line) for line in lines]
            head = rows[0]["run"] if rows else None
        except (ValueError, KeyError, TypeError):
            rows, head = [None], None
        if not all(isinstance(row, dict) for row in rows):
            raise UnusableInput(f"「{self._path}」不是本程序写的运行记录。请换一个输出位置，或移走该文件。")
        if head != self._run or any("done" in row for row in rows[1:]):
            self.begin()
            return
        self.rows = rows[1:]
        whole = b"".join(line + b"\n" for line in lines)
        if self._path.stat().st_size != len(whole):
            replace_file(self._path, whole.decode())
