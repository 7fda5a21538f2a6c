//! Logs: ingest, keep, query.
