"""Brings a database to the schema of this code: Alembic's revisions, each in one transaction of its own.

Whoever calls holds the lock that makes it the only one. `migrations/versions` is in order of names.
"""

import logging
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from engine.errors import SchemaTooNew

_SCRIPTS = Path(__file__).parent / "migrations"


def migrate(connection: Connection) -> None:
    """`connection` is in no transaction, before and after. Raises SchemaTooNew."""
    # what Alembic has to say is for who writes revisions
    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    # the value is a format string of configparser's
    config.set_main_option("script_location", str(_SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    with connection.begin():
        current = MigrationContext.configure(connection).get_current_revision()
    if current == known[0]:
        return
    if current is not None and current not in known:
        raise SchemaTooNew(
            f"The database has schema {current}, and this hookcell knows none later than {known[0]}. "
            "Start the version of hookcell that used it last, or restore a backup from before that."
        )
    command.upgrade(config, "head")
