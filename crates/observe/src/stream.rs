//! Log streams: made, listed by name or by their last event, deleted.

use model::Timestamp;
use model::session::LogPosition;
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::group::{GroupRow, find_group, page_limit};
use crate::logs::{Logs, Page};
use crate::{GroupKey, LogsError};

/// LIMIT: the streams of one group.
pub const STREAMS_PER_GROUP_MAX: usize = 1_000_000;

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct StreamKey {
    pub group: GroupKey,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogStream {
    pub key: StreamKey,
    pub created_at: Timestamp,
    pub first_event_at: Option<Timestamp>,
    pub last_event_at: Option<Timestamp>,
    pub last_ingestion_at: Option<Timestamp>,
}

#[derive(Clone, Debug, Default)]
pub struct StreamQuery {
    pub order: StreamOrder,
    pub is_descending: bool,
    pub prefix: Option<String>,
    pub limit: Option<u32>,
    pub next_token: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StreamOrder {
    #[default]
    Name,
    /// A stream without events comes before all others.
    LastEvent,
}

/// What writing events needs to know of a stream.
pub(crate) struct StreamRow {
    pub(crate) id: i64,
    /// Where the last batch of a node ended in its source.
    pub(crate) position: Option<LogPosition>,
}

impl StreamKey {
    pub fn arn(&self) -> String {
        format!("{}:log-stream:{}", self.group.arn(), self.name)
    }

    fn check(&self) -> Result<(), LogsError> {
        let length = self.name.chars().count();
        if (1..=512).contains(&length) && !self.name.contains([':', '*']) {
            return Ok(());
        }
        Err(LogsError::invalid(format!("`{}` is no name of a log stream", self.name)))
    }
}

impl Logs {
    pub async fn create_stream(&self, key: StreamKey, now: Timestamp) -> Result<(), LogsError> {
        self.write(move |batch| {
            let group = find_group(batch.connection, &key.group)?;
            match find_stream(batch.connection, &group, &key.name) {
                Ok(_) => Err(LogsError::StreamAlreadyExists),
                Err(LogsError::StreamNotFound) => {
                    insert_stream(batch.connection, &group, &key, now).map(drop)
                }
                Err(error) => Err(error),
            }
        })
        .await
    }

    /// Deletes the stream and its events. They are gone from sight at once; their space
    /// is free after the next sweep.
    pub async fn delete_stream(&self, key: StreamKey) -> Result<(), LogsError> {
        self.write(move |batch| {
            let connection = batch.connection;
            let group = find_group(connection, &key.group)?;
            let stream = find_stream(connection, &group, &key.name)?;
            connection.execute("DELETE FROM streams WHERE id = ?1", [stream.id])?;
            connection.execute(
                "UPDATE groups SET stream_count = stream_count - 1 WHERE id = ?1",
                [group.id],
            )?;
            connection
                .execute("INSERT INTO doomed (kind, id) VALUES ('stream', ?1)", [stream.id])?;
            Ok(())
        })
        .await
    }

    pub async fn describe_streams(
        &self,
        key: GroupKey,
        query: StreamQuery,
    ) -> Result<Page<LogStream>, LogsError> {
        let limit = page_limit(query.limit)?;
        if query.order == StreamOrder::LastEvent && query.prefix.is_some() {
            return Err(LogsError::invalid(
                "Cannot order by LastEventTime with a logStreamNamePrefix.",
            ));
        }
        self.read(move |connection| list_streams(connection, &key, &query, limit)).await
    }
}

pub(crate) fn find_stream(
    connection: &Connection,
    group: &GroupRow,
    name: &str,
) -> Result<StreamRow, LogsError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, stdout_position, stderr_position FROM streams
         WHERE group_id = ?1 AND name = ?2",
    )?;
    let found = statement
        .query_row(params![group.id, name], |row| {
            let place = |column| row.get::<_, Option<i64>>(column);
            let position = place(1)?.zip(place(2)?).map(|(stdout, stderr)| LogPosition {
                stdout: stdout.cast_unsigned(),
                stderr: stderr.cast_unsigned(),
            });
            Ok(StreamRow { id: row.get(0)?, position })
        })
        .optional()?;
    found.ok_or(LogsError::StreamNotFound)
}

pub(crate) fn insert_stream(
    connection: &Connection,
    group: &GroupRow,
    key: &StreamKey,
    now: Timestamp,
) -> Result<StreamRow, LogsError> {
    key.check()?;
    if group.stream_count >= STREAMS_PER_GROUP_MAX {
        return Err(LogsError::LimitExceeded);
    }
    connection.execute(
        "INSERT INTO streams (group_id, name, created_at) VALUES (?1, ?2, ?3)",
        params![group.id, key.name, now.as_millis()],
    )?;
    let id = connection.last_insert_rowid();
    connection
        .execute("UPDATE groups SET stream_count = stream_count + 1 WHERE id = ?1", [group.id])?;
    Ok(StreamRow { id, position: None })
}

fn list_streams(
    connection: &Connection,
    key: &GroupKey,
    query: &StreamQuery,
    limit: usize,
) -> Result<Page<LogStream>, LogsError> {
    let group = find_group(connection, key)?;
    let after = query.next_token.as_deref().map(parse_token).transpose()?;
    let (time, name) = after.unzip();
    let prefix = query.prefix.as_deref().unwrap_or_default();
    let mut statement = connection.prepare_cached(&statement(query))?;
    let rows = statement
        .query_map(params![group.id, prefix, name, time, limit as i64 + 1], |row| {
            read_stream(key, row)
        })?;
    let mut items = rows.collect::<Result<Vec<_>, _>>()?;
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next_token = items.last().filter(|_| has_more).map(token);
    Ok(Page { items, next_token })
}

/// Of the group ?1, with the prefix ?2, those after the one with name ?3 and time ?4.
fn statement(query: &StreamQuery) -> String {
    let (after, order) = match (query.order, query.is_descending) {
        (StreamOrder::Name, false) => ("name > ?3", "name"),
        (StreamOrder::Name, true) => ("name < ?3", "name DESC"),
        (StreamOrder::LastEvent, false) => {
            ("(ifnull(last_event, -1), name) > (?4, ?3)", "ifnull(last_event, -1), name")
        }
        (StreamOrder::LastEvent, true) => {
            ("(ifnull(last_event, -1), name) < (?4, ?3)", "ifnull(last_event, -1) DESC, name DESC")
        }
    };
    format!(
        "SELECT name, created_at, first_event, last_event, last_ingestion FROM streams
         WHERE group_id = ?1 AND substr(name, 1, length(?2)) = ?2 AND (?3 IS NULL OR {after})
         ORDER BY {order} LIMIT ?5"
    )
}

fn token(last: &LogStream) -> String {
    let millis = last.last_event_at.map_or(-1, Timestamp::as_millis);
    format!("{millis}/{}", last.key.name)
}

fn parse_token(token: &str) -> Result<(i64, String), LogsError> {
    let parts = token.split_once('/');
    let read = parts.and_then(|(time, name)| Some((time.parse().ok()?, name.to_owned())));
    read.ok_or_else(|| LogsError::invalid("The specified nextToken is invalid."))
}

fn read_stream(key: &GroupKey, row: &Row<'_>) -> rusqlite::Result<LogStream> {
    Ok(LogStream {
        key: key.stream(row.get::<_, String>(0)?),
        created_at: Timestamp::from_millis(row.get(1)?),
        first_event_at: optional_time(row, 2)?,
        last_event_at: optional_time(row, 3)?,
        last_ingestion_at: optional_time(row, 4)?,
    })
}

fn optional_time(row: &Row<'_>, column: usize) -> rusqlite::Result<Option<Timestamp>> {
    Ok(row.get::<_, Option<i64>>(column)?.map(Timestamp::from_millis))
}
