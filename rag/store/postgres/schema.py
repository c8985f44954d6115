"""The tables of an index in PostgreSQL, and who may do what with them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from psycopg import errors, sql

from rag.errors import StoreError
from rag.store.postgres.connections import first_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    import psycopg

LAYOUT = 3
"""Counts changes of the tables."""
HNSW_M = 16
HNSW_EF_CONSTRUCTION = 64
_INITIALISING = 0x72616701
"""Advisory lock of whoever makes tables, so that two do not at once."""
_TABLES = """
CREATE TABLE state (
    single boolean PRIMARY KEY DEFAULT true CHECK (single), layout integer NOT NULL,
    generation bigint NOT NULL DEFAULT 0, published text NOT NULL DEFAULT '', manifest text,
    last_document bigint NOT NULL DEFAULT 0, last_chunk bigint NOT NULL DEFAULT 0,
    last_segment integer NOT NULL DEFAULT 0, chunks bigint NOT NULL DEFAULT 0,
    terms bigint NOT NULL DEFAULT 0);
CREATE TABLE files (
    name text COLLATE "C" PRIMARY KEY, path text NOT NULL, sha256 text NOT NULL,
    size_bytes bigint NOT NULL, reason text, message text, row_sha256 text NOT NULL);
CREATE INDEX files_by_sha256 ON files (sha256);
CREATE TABLE documents (
    id bigint PRIMARY KEY, sha256 text NOT NULL UNIQUE, row_sha256 text NOT NULL,
    metadata text NOT NULL, record text NOT NULL, text text NOT NULL,
    first_chunk bigint NOT NULL, chunks integer NOT NULL);
CREATE TABLE chunks (
    id bigint PRIMARY KEY, document bigint NOT NULL, span_start integer NOT NULL,
    span_end integer NOT NULL, context text NOT NULL, vector_key bytea NOT NULL,
    embedding halfvec NOT NULL, sentences bytea NOT NULL,
    CHECK (octet_length(sentences) > 0
           AND octet_length(sentences) % ((vector_dims(embedding) + 1) / 2) = 0));
ALTER TABLE chunks ALTER COLUMN sentences SET STORAGE EXTERNAL;
CREATE INDEX chunks_by_document ON chunks (document);
CREATE INDEX chunks_by_vector_key ON chunks (vector_key);
CREATE TABLE segments (
    id integer PRIMARY KEY, first_chunk bigint NOT NULL, last_chunk bigint NOT NULL,
    chunks integer NOT NULL, removed integer NOT NULL DEFAULT 0);
CREATE TABLE postings (
    segment integer NOT NULL, term text COLLATE "C" NOT NULL, chunks integer NOT NULL,
    content bytea NOT NULL, PRIMARY KEY (term, segment));
ALTER TABLE postings ALTER COLUMN content SET STORAGE EXTERNAL;
CREATE INDEX postings_by_segment ON postings (segment);
CREATE TABLE removed (first_chunk bigint PRIMARY KEY, last_chunk bigint NOT NULL);
CREATE TABLE removed_terms (term text COLLATE "C" PRIMARY KEY, chunks bigint NOT NULL);
CREATE TABLE pending_vectors (
    embedder text NOT NULL, vector_key bytea NOT NULL, embedding halfvec NOT NULL,
    sentences bytea NOT NULL,
    since timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (embedder, vector_key));
"""
_BUILD_FUNCTION = """
CREATE FUNCTION build_dense_index(dimension integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = {path} AS $$
BEGIN
    IF to_regclass(format('chunks_dense_%s', dimension)) IS NOT NULL THEN
        RETURN;
    END IF;
    EXECUTE format(
        'CREATE INDEX chunks_dense_%1$s ON chunks '
        'USING hnsw ((embedding::halfvec(%1$s)) halfvec_ip_ops) '
        'WITH (m = {m}, ef_construction = {ef}) WHERE vector_dims(embedding) = %1$s', dimension);
    ANALYZE files, documents, chunks, postings;
END $$;
REVOKE ALL ON FUNCTION build_dense_index(integer) FROM PUBLIC;
"""


def initialise(connection: psycopg.Connection[Any], schema: str) -> None:
    """Make the extension, the schema and the tables where they are missing.

    Args:
        connection: In autocommit, as a role that may do so.
        schema: The name of the schema.

    Raises:
        StoreError: the role may not, or the server has no pgvector or another encoding.
    """
    with connection.transaction():
        connection.execute("SELECT pg_advisory_xact_lock(%s)", (_INITIALISING,))
        if has_tables(connection, schema):
            return
        _check_server(connection)
        try:
            connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
            name = sql.Identifier(schema)
            connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(name))
            path = sql.SQL("{}, {}, pg_temp").format(name, sql.Identifier(_home(connection)))
            connection.execute(sql.SQL("SET LOCAL search_path = {}").format(path))
            connection.execute(_TABLES)
            connection.execute("INSERT INTO state (layout) VALUES (%s)", (LAYOUT,))
            parts = {
                "path": path,
                "m": sql.Literal(HNSW_M),
                "ef": sql.Literal(HNSW_EF_CONSTRUCTION),
            }
            connection.execute(sql.SQL(_BUILD_FUNCTION).format(**parts))
        except errors.InsufficientPrivilege as error:
            message = (
                f"Expected the right to make schema {schema} and the extension vector, but "
                f"PostgreSQL says: {first_line(error)}. Run rag store init as a role that may."
            )
            raise StoreError(message) from error


def has_tables(connection: psycopg.Connection[Any], schema: str) -> bool:
    """Whether the tables of an index are there."""
    query = "SELECT 1 FROM pg_tables WHERE schemaname = %s AND tablename = 'state'"
    return connection.execute(query, (schema,)).fetchone() is not None


def build_dense_index(connection: psycopg.Connection[Any], schema: str, dimension: int) -> None:
    """Make the HNSW index over vectors of *dimension* values, if it is missing."""
    query = sql.SQL("SELECT {}.build_dense_index(%s)").format(sql.Identifier(schema))
    connection.execute(query, (dimension,))


def grant(
    connection: psycopg.Connection[Any],
    schema: str,
    readers: Sequence[str],
    writers: Sequence[str],
) -> list[str]:
    """Let roles read or write, and no more; make those that are missing, without a password.

    Returns:
        The roles that were made.
    """
    made = []
    with connection.transaction():
        for role in (*readers, *writers):
            query = "SELECT 1 FROM pg_roles WHERE rolname = %s"
            if connection.execute(query, (role,)).fetchone() is None:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
                made.append(role)
        for role in (*readers, *writers):
            _grant(connection, schema, role, writing=role in writers)
    return made


def _grant(connection: psycopg.Connection[Any], schema: str, role: str, *, writing: bool) -> None:
    names = {"schema": sql.Identifier(schema), "role": sql.Identifier(role)}
    rights = ["REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}"]
    rights += ["REVOKE ALL ON FUNCTION {schema}.build_dense_index(integer) FROM {role}"]
    rights += ["GRANT USAGE ON SCHEMA {schema} TO {role}"]
    rights += ["GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}"]
    if writing:
        rights += ["GRANT INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {role}"]
        rights += ["REVOKE INSERT, DELETE ON {schema}.state FROM {role}"]
        rights += ["GRANT EXECUTE ON FUNCTION {schema}.build_dense_index(integer) TO {role}"]
    for right in rights:
        connection.execute(sql.SQL(right).format(**names))


def _check_server(connection: psycopg.Connection[Any]) -> None:
    encoding = connection.execute("SELECT getdatabaseencoding()").fetchone()
    if encoding is None or encoding[0] != "UTF8":
        message = f"Expected a database in UTF8, but its encoding is {encoding and encoding[0]}."
        raise StoreError(message)
    query = "SELECT 1 FROM pg_available_extensions WHERE name = 'vector'"
    if connection.execute(query).fetchone() is None:
        message = (
            "Expected the extension pgvector, but the server has none. Install pgvector there."
        )
        raise StoreError(message)


def _home(connection: psycopg.Connection[Any]) -> str:
    """Return the schema that the extension is in."""
    query = (
        "SELECT nspname FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace "
        "WHERE extname = 'vector'"
    )
    found = connection.execute(query).fetchone()
    return str(found[0]) if found else "public"
