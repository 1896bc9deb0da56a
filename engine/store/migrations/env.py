"""What Alembic executes for each command; `engine.store.migrate` hands the connection over."""

from alembic import context

from engine.store.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    # pysqlite does not know that it can: the connection begins its transactions itself
    transactional_ddl=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
