"""A measurement in a process of its own, so that its time and its memory are nobody else's.

The parent sends one JSON object and is told of progress until the result comes:

    run_child("eval.retrieval_run", {"system": "kangbian", ...}, progress)

The module, run as a program, calls `serve_child` with the function that does the work.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from rag import IndexMismatch, KangbianError, NotFound, ServiceFailure, UnusableInput

# Told the steps done, the steps in all and what is being done.
Progress = Callable[[int, int, str], None]
Work = Callable[[dict[str, Any], Progress], dict[str, Any]]

_ERRORS = {error.__name__: error for error in (IndexMismatch, KangbianError, NotFound, ServiceFailure, UnusableInput)}
_MIB = 1024 * 1024
# A bar that moves ten times a second is smooth, and costs the measured process nothing.
_BEAT_SECONDS = 0.1


def run_child(module: str, task: Mapping[str, Any], progress: Progress) -> dict[str, Any]:
    """Run a module on a task and wait for its result.

    Raises what the child raised where that is an error of the house, and ServiceFailure, with the end of what the child
    wrote to stderr, where it ended in any other way.
    """
    command = [sys.executable, "-P", "-m", module]
    with tempfile.TemporaryFile() as said:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=said) as child:
            assert child.stdin
            assert child.stdout
            child.stdin.write(json.dumps(task).encode())
            child.stdin.close()
            told: dict[str, Any] = {}
            for line in child.stdout:
                told = json.loads(line)
                if "progress" in told:
                    progress(*told["progress"])
        if "result" in told:
            result: dict[str, Any] = told["result"]
            return result
        if "error" in told:
            raise _ERRORS[told["kind"]](told["error"])
        said.seek(0)
        end = said.read().decode(errors="replace").strip()[-500:]
        raise ServiceFailure(f"测量进程以退出码 {child.returncode} 结束，没有结果。{end}")


def serve_child(work: Work) -> None:
    """Do the work of the task on stdin, and write progress and result to stdout.

    What else is printed, by a library say, goes to stderr.
    """
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    beaten = 0.0

    def tell(done: int, total: int, what: str) -> None:
        nonlocal beaten
        now = time.monotonic()
        if now - beaten >= _BEAT_SECONDS:
            beaten = now
            say({"progress": [done, total, what]})

    def say(row: dict[str, Any]) -> None:
        answers.write(json.dumps(row) + "\n")
        answers.flush()

    try:
        say({"result": work(json.load(sys.stdin), tell)})
    except KangbianError as error:
        say({"error": str(error), "kind": type(error).__name__})
    except OSError as error:
        where = f"「{error.filename}」" if error.filename else "文件"
        what = f"无法读写{where}：{error.strerror or error}。请核对路径、权限和磁盘空间。"
        say({"error": what, "kind": ServiceFailure.__name__})


def peak_mib() -> float:
    """The most memory, in MiB, that this process has held at one time since it started.

    The kernel's own count for the process begins anew with the program; that of getrusage is handed down by the parent.
    """
    try:
        status = Path("/proc/self/status").read_text("ascii", errors="replace")
        return round(int(status.split("VmHWM:")[1].split()[0]) / 1024, 1)
    except (OSError, IndexError, ValueError):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return round(peak / (_MIB if sys.platform == "darwin" else 1024), 1)


def folder_bytes(folder: Path) -> int:
    """The bytes of all files below a folder."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
