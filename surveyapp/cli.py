"""The command line: python -m surveyapp run, worker, analyse FILE, take-in FILE, user add, db upgrade."""

import functools
import json
import os
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import surveyapp
from surveyapp import settings as installation
from surveyapp.errors import AppError, Misconfigured
from surveyapp.settings import Settings

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker


INSTANCE = Path(__file__).resolve().parent.parent / "instance"


class Commands(click.Group):
    """Commands whose errors are one sentence on standard error and a non-zero exit."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; word what a person can act on."""
        try:
            return super().invoke(ctx)
        except (AppError, Misconfigured) as error:
            click.echo(str(error), err=True)
            sys.exit(2)


@click.group(cls=Commands)
@click.version_option(surveyapp.__version__)
def main() -> None:
    """Ask a community what it values and wants to do next, turn that into goals, see them through."""


def in_instance(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option --instance, and hand it the settings of that folder."""

    @click.option(
        "--instance",
        type=click.Path(file_okay=False, path_type=Path),
        default=INSTANCE,
        show_default=True,
        help="The folder with the settings and the data.",
    )
    @functools.wraps(command)
    def with_settings(instance: Path, **kwargs: Any) -> Any:
        os.umask(0o077)  # what the folder holds is for its owner alone
        port = kwargs.get("port")
        given: dict[str, Any] = (
            {} if port is None or _has_public_url(instance) else {"public_url": f"http://127.0.0.1:{port}"}
        )
        return command(settings=installation.load(instance, **given), **kwargs)

    return with_settings


def _has_public_url(instance: Path) -> bool:
    """Whether the installation was told the address people type; else it follows the port."""
    file = instance / "settings.toml"
    return "SURVEYAPP_PUBLIC_URL" in os.environ or (file.is_file() and "public_url" in file.read_text("utf-8"))


@contextmanager
def upgraded(settings: Settings) -> "Iterator[sessionmaker[Session]]":
    """Make sessions on the installation's database, brought to the newest schema."""
    from surveyapp import db, logs, schema, tables

    logs.configure(settings.log_level)
    tables.Base.registry.configure()
    engine = db.make_engine(settings.database)
    schema.upgrade(engine)
    try:
        yield db.session_factory(engine)
    finally:
        engine.dispose()


@contextmanager
def database(settings: Settings) -> "Iterator[Session]":
    """Give a session on the installation's database, committed at the end."""
    with upgraded(settings) as sessions, sessions.begin() as session:
        yield session


@main.command()
@in_instance
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--workers", type=click.IntRange(1, 64), default=2, show_default=True, help="Web server processes.")
@click.option("--demo/--no-demo", default=None, help="Found a demo community; by default on a new installation only.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object with the links and log-ins first.")
def run(settings: Settings, host: str, port: int, workers: int, demo: bool | None, as_json: bool) -> None:
    """Serve the application and do its jobs, until Ctrl-C."""
    from surveyapp import serve
    from surveyapp.bootstrap import has_pango

    serve.refuse_busy_port(host, port)
    if not has_pango():
        raise Misconfigured(
            "Pango is missing, which draws the PDF reports. Install libpango-1.0-0 and libpangoft2-1.0-0."
        )
    with ProcessPoolExecutor(1, get_context("spawn")) as apart:  # its memory is given back: this process only watches
        welcome, altered = apart.submit(_prepare, settings, demo, as_json).result()
    for name in altered:
        click.echo(f"The mission of {name} is not the one that was founded. Its pages say so.", err=True)
    click.echo(welcome)
    sys.stdout.flush()
    serve.run(settings, host=host, port=port, workers=workers)


def _prepare(settings: Settings, demo: bool | None, as_json: bool) -> tuple[str, list[str]]:
    """Bring the database up to date and found the demo; tell what to print, and whose mission was altered."""
    from surveyapp.communities.found import altered_missions
    from surveyapp.demo.found_demo import ensure_demo

    with upgraded(settings) as sessions:
        welcome = ensure_demo(sessions, settings, wanted=demo)
        with sessions() as session:
            shown = json.dumps(welcome.as_json(), ensure_ascii=False) if as_json else welcome.as_text()
            return shown, altered_missions(session)


@main.command("serve-web", hidden=True)
@in_instance
@click.option("--host", default="127.0.0.1")
@click.option("--port", type=int, default=8000)
@click.option("--workers", type=int, default=2)
@click.option("--parent", type=int)
def serve_web(settings: Settings, **options: Any) -> None:
    """Be the web server alone."""
    from surveyapp import serve

    serve.serve_web(settings, **options)


@main.command()
@in_instance
@click.option("--parent", type=int, hidden=True)
def worker(settings: Settings, parent: int | None) -> None:
    """Do the jobs alone: on PostgreSQL, as many workers on as many machines as you like."""
    from surveyapp import serve

    serve.serve_jobs(settings, parent=parent)


@main.command()
@click.argument("file")
@click.option("--text", "texts", multiple=True, required=True, metavar="COLUMN", help="A column of free text.")
@click.option("--person", metavar="COLUMN", help="The column that tells people apart; else each row is a person.")
@click.option("--question", default="", metavar="TEXT", help="What was asked: its words weigh nothing.")
@click.option("--whole-rows", is_flag=True, help="Do not split answers into ideas.")
@click.option("--title", default="", metavar="TEXT", help="The title of the PDF.")
@click.option("--mission", default="", metavar="TEXT", help="Why the community exists, for the PDF.")
@click.option("--value", "values", multiple=True, metavar="TEXT", help="A value of the community, for the PDF.")
@click.option("--vectors", type=click.Choice(["static", "hybrid"]), default="static", show_default=True)
@click.option("--pdf", metavar="OUT.pdf", help="Write a report to print.")
@click.option("--json", metavar="OUT.json", help="Write everything that was found; - prints it instead of the table.")
def analyse(**options: Any) -> None:
    """Find the themes in a CSV file of answers; FILE may be - for standard input. Needs no database."""
    from surveyapp.analyse_file import Order, analyse_file, put_out, themes_table

    order = Order(**options)
    with progress_bar() as progress:
        report = analyse_file(order, progress)
    if not order.json_goes_out:
        put_out([themes_table(report), "\n"])


@main.command("take-in")
@in_instance
@click.argument("file")
@click.option("--survey", required=True, metavar="NUMBER_OR_LINK", help="An open survey.")
@click.option(
    "--map", "mapped", multiple=True, metavar="COLUMN=PLACE", help="Like answer=3.idea1; else the names decide."
)
@click.option("--may-quote", is_flag=True, help="These people were told that their words may be quoted.")
@click.option(
    "--leave-out-refused", is_flag=True, help="Leave out the lines that do not fit; else nothing is taken in."
)
@click.option("--dry-run", is_flag=True, help="Only say what would be taken in.")
def take_in(
    settings: Settings,
    file: str,
    survey: str,
    mapped: tuple[str, ...],
    may_quote: bool,
    leave_out_refused: bool,
    dry_run: bool,
) -> None:
    """Take the answers of a CSV FILE of another tool into a survey: all of them, or none."""
    from surveyapp.db import reading
    from surveyapp.responses.take_in_file import prepare

    with upgraded(settings) as sessions:
        with reading(sessions) as session:  # holds nobody up while somebody looks
            prepared = prepare(session, file, survey, mapped)
            click.echo(prepared.as_text())
        if prepared.plan.refused:
            click.echo(prepared.refusals(), err=True)
        if dry_run:
            return
        if not mapped and sys.stdin.isatty():
            click.confirm("Take them in like this? It cannot be undone.", abort=True)
        with sessions.begin() as session:
            count = prepared.take_in(session, may_quote=may_quote, is_leaving_out=leave_out_refused)
    click.echo(f"Took in {count:,} answers.")


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None] | None]:
    """A bar on standard error where that is a terminal; else nothing."""
    if not sys.stderr.isatty():
        yield None
        return
    shown: dict[str, Any] = {"show_eta": False, "item_show_func": lambda step: step, "update_min_steps": 0}
    with click.progressbar(length=1, file=sys.stderr, **shown) as bar:

        def show(step: str, done: int, steps: int) -> None:
            bar.length = steps
            bar.update(done - bar.pos, step)

        yield show


@main.group("db")
def db_group() -> None:
    """Look after the database."""


@db_group.command()
@in_instance
def upgrade(settings: Settings) -> None:
    """Bring the database to the schema of this version."""
    from surveyapp import schema

    with database(settings):
        click.echo(f"The database is at {schema.head()}.")


@main.group("user")
def user_group() -> None:
    """Look after accounts."""


@user_group.command()
@in_instance
@click.argument("email")
@click.option("--name", default="", help="As it is shown to others.")
@click.option("--administrator", is_flag=True, help="May found communities.")
@click.option("--leader-of", multiple=True, metavar="SLUG", help="May read everything of this community.")
@click.option("--manager-of", multiple=True, metavar="SLUG", help="May run this community.")
@click.password_option(help="Asked for if not given; at least eight characters.")
def add(
    settings: Settings,
    email: str,
    name: str,
    administrator: bool,
    leader_of: tuple[str, ...],
    manager_of: tuple[str, ...],
    password: str,
) -> None:
    """Add an account for EMAIL; leaders and managers are of a community, named by its part of the address."""
    from sqlalchemy import select

    from surveyapp.accounts.passwords import hashed
    from surveyapp.accounts.people import add_user
    from surveyapp.communities.lead import give_role
    from surveyapp.communities.models import Community, RoleKind

    with database(settings) as session:
        user = add_user(session, email=email, name=name, password_hash=hashed(password), is_administrator=administrator)
        for kind, slugs in ((RoleKind.LEADER, leader_of), (RoleKind.MANAGER, manager_of)):
            for slug in slugs:
                community = session.scalar(select(Community).where(Community.slug == slug))
                if community is None:
                    raise click.ClickException(f"There is no community {slug!r}.")
                give_role(session, user, community, kind)
        address = user.email
    click.echo(f"Added {address}.")
