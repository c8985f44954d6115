"""The commands ``copy`` and ``store``."""

from __future__ import annotations

from typing import Annotated

import typer

from rag.cli.options import POSTGRESQL_ADDRESS, JsonOption, QuietOption
from rag.cli.output import counting_bar, write, write_json

AddressArgument = Annotated[
    str,
    typer.Argument(metavar="ADDRESS", help=POSTGRESQL_ADDRESS),
]

store = typer.Typer(help="Work on indexes in PostgreSQL.", no_args_is_help=True)


def copy(
    source: Annotated[str, typer.Argument(metavar="FROM", help="The address of an index.")],
    target: Annotated[str, typer.Argument(metavar="TO", help="The address of the copy.")],
    *,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Copy an index, between a folder and PostgreSQL either way.

    Nothing is embedded again. A copy that was stopped goes on when the same command is given
    again; at the end counts and hashes of both are compared.
    """
    from rag.cli.reports import copy_report_line
    from rag.copying import copy_index
    from rag.store.opening import missing, open_store

    origin = open_store(source)
    manifest = origin.manifest()
    if manifest is None:
        raise missing(source)
    with counting_bar("passages") as tell:
        report = copy_index(origin, open_store(target), manifest, tell)
    if json:
        write_json({"from": source, "to": target, **report.to_dict()})
    elif not quiet:
        write(copy_report_line(report, source, target) + "\n")


@store.command()
def init(
    address: AddressArgument,
    *,
    reader: Annotated[
        list[str] | None,
        typer.Option("--reader", metavar="NAME", help="A role that may read; may be repeated."),
    ] = None,
    writer: Annotated[
        list[str] | None,
        typer.Option(
            "--writer", metavar="NAME", help="A role that may read and write; may be repeated."
        ),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Make the tables of an index and the roles that use it.

    Readers can only look; writers can change rows but make or drop nothing. Give them passwords
    with ALTER ROLE, or let them log in otherwise. Safe to run again.
    """
    from rag.cli.reports import initialised_lines
    from rag.store.opening import initialise_store

    readers, writers = reader or [], writer or []
    made = initialise_store(address, readers, writers)
    if json:
        write_json({"address": address, "readers": readers, "writers": writers, "roles_made": made})
    else:
        write("".join(f"{line}\n" for line in initialised_lines(address, readers, writers, made)))
