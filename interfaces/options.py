"""The options that several commands share."""

from datetime import date
from typing import Annotated

import typer

from interfaces.dates import read_date


def date_option(value: str) -> date:
    """The day of an option, as `read_date` has it. Raises typer.BadParameter, which ends the command with usage."""
    try:
        return read_date(value)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None


Workspace = Annotated[str, typer.Option("--workspace", "-w", metavar="NAME", help="工作区，叠加在内置语料之上")]
AsJson = Annotated[bool, typer.Option("--json", help="只输出 JSON (machine-readable)")]
AsOf = Annotated[
    date | None,
    typer.Option("--as-of", metavar="DATE", parser=date_option, help="法律时点，如 2021-06-01，默认今天 (law as of)"),
]
OnRay = Annotated[
    str | None,
    typer.Option("--ray", metavar="local|HOST:PORT", help="由 Ray 分给多个进程或多台机器，结果相同 (spread by Ray)"),
]
