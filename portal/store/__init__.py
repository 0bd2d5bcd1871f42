"""What patrons and staff leave behind: SQLAlchemy tables, one Alembic history, SQLite or PostgreSQL."""
