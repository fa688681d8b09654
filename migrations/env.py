"""Alembic's environment: it runs on the connection that surveyapp/schema.py hands over."""

from alembic import context

from surveyapp.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transactional_ddl=True,  # the caller's transaction holds all steps
    transaction_per_migration=False,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
