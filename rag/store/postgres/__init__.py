"""The store in a PostgreSQL database with the extension pgvector; needs the extra ``postgresql``."""

from rag.store.postgres.store import PostgresStore

__all__ = ["PostgresStore"]
