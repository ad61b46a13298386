"""Run by Alembic with the connection of the caller, whose transaction all steps belong to."""

from alembic import context
from sqlalchemy import text

from abaton.records.tables import metadata

_TURN = 7_203_514_771
"""Any number, by which servers that start at once on PostgreSQL migrate one after the other."""

connection = context.config.attributes["connection"]
if connection.dialect.name == "postgresql":
    connection.execute(text("SELECT pg_advisory_xact_lock(:turn)"), {"turn": _TURN})
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
