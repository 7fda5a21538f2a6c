//! Log groups: made, listed, tagged, kept for some days, deleted.

use model::{Scope, Tags, Timestamp};
use rusqlite::{Connection, OptionalExtension, Row, params};

use crate::logs::{Logs, Page};
use crate::{LogsError, StreamKey};

/// LIMIT: the log groups of one account in one region.
pub const GROUPS_PER_SCOPE_MAX: usize = 10_000;

/// LIMIT: the tags of one group, as in the service's model.
pub const TAGS_MAX: usize = 50;

/// LIMIT: the groups or streams of one page, as in the service's model.
pub(crate) const DESCRIBED_MAX: usize = 50;

/// COMPAT: the days that `PutRetentionPolicy` takes, from the service's reference.
const RETENTION_DAYS: [u32; 22] = [
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922,
    3288, 3653,
];

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupKey {
    pub scope: Scope,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogGroup {
    pub key: GroupKey,
    pub created_at: Timestamp,
    /// `None` keeps events for ever.
    pub retention_days: Option<u32>,
    pub tags: Tags,
    /// Of the events' messages and their headers, before compression.
    pub stored_bytes: u64,
}

#[derive(Clone, Debug, Default)]
pub struct GroupQuery {
    pub names: GroupMatch,
    pub limit: Option<u32>,
    pub next_token: Option<String>,
}

#[derive(Clone, Debug, Default)]
pub enum GroupMatch {
    #[default]
    All,
    Prefix(String),
    /// Anywhere in the name.
    Substring(String),
}

/// What reading and writing events needs to know of a group.
pub(crate) struct GroupRow {
    pub(crate) id: i64,
    pub(crate) retention_days: Option<u32>,
    pub(crate) stream_count: usize,
}

impl GroupKey {
    pub fn new(scope: Scope, name: impl Into<String>) -> GroupKey {
        GroupKey { scope, name: name.into() }
    }

    /// Without the `:*` at its end with which policies mean the streams.
    pub fn arn(&self) -> String {
        self.scope.arn("logs", format_args!("log-group:{}", self.name))
    }

    pub fn stream(&self, name: impl Into<String>) -> StreamKey {
        StreamKey { group: self.clone(), name: name.into() }
    }

    fn check(&self) -> Result<(), LogsError> {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b".-_/#".contains(&byte);
        if (1..=512).contains(&self.name.len()) && self.name.bytes().all(is_allowed) {
            return Ok(());
        }
        Err(LogsError::invalid(format!("`{}` is no name of a log group", self.name)))
    }
}

impl GroupRow {
    /// The time before which events are expired.
    pub(crate) fn cutoff(&self, now: Timestamp) -> Timestamp {
        self.retention_days.map_or(Timestamp::EPOCH, |days| days_before(now, days))
    }
}

impl Logs {
    pub async fn create_group(
        &self,
        key: GroupKey,
        tags: Tags,
        now: Timestamp,
    ) -> Result<(), LogsError> {
        self.write(move |batch| {
            batch.retag();
            insert_group(batch.connection, &key, &tags, now).map(drop)
        })
        .await
    }

    /// Deletes the group, its streams and their events. They are gone from sight at once;
    /// their space is free after the next sweep.
    pub async fn delete_group(&self, key: GroupKey) -> Result<(), LogsError> {
        self.write(move |batch| {
            batch.retag();
            let group = find_group(batch.connection, &key)?;
            batch.connection.execute("DELETE FROM groups WHERE id = ?1", [group.id])?;
            batch
                .connection
                .execute("INSERT INTO doomed (kind, id) VALUES ('group', ?1)", [group.id])?;
            Ok(())
        })
        .await
    }

    /// Deletes every group of every scope, as [`Logs::delete_group`] does one.
    pub async fn clear(&self) -> Result<(), LogsError> {
        self.write(|batch| {
            batch.retag();
            batch
                .connection
                .execute("INSERT INTO doomed (kind, id) SELECT 'group', id FROM groups", [])?;
            batch.connection.execute("DELETE FROM groups", [])?;
            Ok(())
        })
        .await
    }

    /// The groups of a scope by name.
    pub async fn describe_groups(
        &self,
        scope: Scope,
        query: GroupQuery,
    ) -> Result<Page<LogGroup>, LogsError> {
        let limit = page_limit(query.limit)?;
        self.read(move |connection| list_groups(connection, &scope, &query, limit)).await
    }

    pub async fn describe_group(&self, key: GroupKey) -> Result<LogGroup, LogsError> {
        let names = GroupMatch::Prefix(key.name.clone());
        let query = GroupQuery { names, ..GroupQuery::default() };
        self.read(move |connection| {
            // In order of names the one that is the whole prefix comes first.
            let page = list_groups(connection, &key.scope, &query, 1)?;
            let found = page.items.into_iter().find(|group| group.key == key);
            found.ok_or(LogsError::GroupNotFound)
        })
        .await
    }

    pub async fn put_retention(&self, key: GroupKey, days: u32) -> Result<(), LogsError> {
        if !RETENTION_DAYS.contains(&days) {
            let text = format!("`{days}` is no number of days that retentionInDays takes");
            return Err(LogsError::invalid(text));
        }
        self.set_retention(key, Some(days)).await
    }

    pub async fn delete_retention(&self, key: GroupKey) -> Result<(), LogsError> {
        self.set_retention(key, None).await
    }

    async fn set_retention(&self, key: GroupKey, days: Option<u32>) -> Result<(), LogsError> {
        self.write(move |batch| {
            let group = find_group(batch.connection, &key)?;
            let statement = "UPDATE groups SET retention_days = ?2 WHERE id = ?1";
            batch.connection.execute(statement, params![group.id, days])?;
            Ok(())
        })
        .await
    }

    /// Adds tags, and replaces those of the same names.
    pub async fn tag_group(&self, key: GroupKey, tags: Tags) -> Result<(), LogsError> {
        self.change_tags(key, move |held| held.extend(tags)).await
    }

    pub async fn untag_group(&self, key: GroupKey, names: Vec<String>) -> Result<(), LogsError> {
        self.change_tags(key, move |held| held.retain(|name, _| !names.contains(name))).await
    }

    async fn change_tags(
        &self,
        key: GroupKey,
        change: impl FnOnce(&mut Tags) + Send + 'static,
    ) -> Result<(), LogsError> {
        self.write(move |batch| {
            batch.retag();
            let group = find_group(batch.connection, &key)?;
            let held = batch.connection.query_row(
                "SELECT tags FROM groups WHERE id = ?1",
                [group.id],
                |row| row.get::<_, String>(0),
            )?;
            let mut tags = read_tags(&held);
            change(&mut tags);
            let statement = "UPDATE groups SET tags = ?2 WHERE id = ?1";
            batch.connection.execute(statement, params![group.id, write_tags(&tags)?])?;
            Ok(())
        })
        .await
    }
}

pub(crate) fn days_before(now: Timestamp, days: u32) -> Timestamp {
    Timestamp::from_millis(now.as_millis().saturating_sub(i64::from(days) * 86_400_000))
}

pub(crate) fn page_limit(limit: Option<u32>) -> Result<usize, LogsError> {
    match limit.map_or(DESCRIBED_MAX, |limit| limit as usize) {
        limit @ 1..=DESCRIBED_MAX => Ok(limit),
        limit => Err(LogsError::invalid(format!("the limit `{limit}` is not from 1 to 50"))),
    }
}

pub(crate) fn find_group(connection: &Connection, key: &GroupKey) -> Result<GroupRow, LogsError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, retention_days, stream_count FROM groups
         WHERE account = ?1 AND region = ?2 AND name = ?3",
    )?;
    let found = statement
        .query_row([&key.scope.account, &key.scope.region, &key.name], |row| {
            let stream_count = row.get::<_, i64>(2)? as usize;
            Ok(GroupRow { id: row.get(0)?, retention_days: row.get(1)?, stream_count })
        })
        .optional()?;
    found.ok_or(LogsError::GroupNotFound)
}

pub(crate) fn insert_group(
    connection: &Connection,
    key: &GroupKey,
    tags: &Tags,
    now: Timestamp,
) -> Result<GroupRow, LogsError> {
    key.check()?;
    match find_group(connection, key) {
        Ok(_) => return Err(LogsError::GroupAlreadyExists),
        Err(LogsError::GroupNotFound) => {}
        Err(error) => return Err(error),
    }
    let Scope { account, region } = &key.scope;
    let count: i64 = connection.query_row(
        "SELECT count(*) FROM groups WHERE account = ?1 AND region = ?2",
        [account, region],
        |row| row.get(0),
    )?;
    if count as usize >= GROUPS_PER_SCOPE_MAX {
        return Err(LogsError::LimitExceeded);
    }
    connection.execute(
        "INSERT INTO groups (account, region, name, created_at, tags)
         VALUES (?1, ?2, ?3, ?4, ?5)",
        params![account, region, key.name, now.as_millis(), write_tags(tags)?],
    )?;
    Ok(GroupRow { id: connection.last_insert_rowid(), retention_days: None, stream_count: 0 })
}

fn list_groups(
    connection: &Connection,
    scope: &Scope,
    query: &GroupQuery,
    limit: usize,
) -> Result<Page<LogGroup>, LogsError> {
    let (prefix, substring) = match &query.names {
        GroupMatch::All => ("", ""),
        GroupMatch::Prefix(prefix) => (prefix.as_str(), ""),
        GroupMatch::Substring(substring) => ("", substring.as_str()),
    };
    let mut statement = connection.prepare_cached(
        "SELECT name, created_at, retention_days, tags,
             (SELECT ifnull(sum(raw_bytes), 0) FROM chunks WHERE group_id = groups.id)
         FROM groups
         WHERE account = ?1 AND region = ?2 AND name > ?3 AND name >= ?4
             AND substr(name, 1, length(?4)) = ?4 AND instr(name, ?5) > 0
         ORDER BY name LIMIT ?6",
    )?;
    let after = query.next_token.as_deref().unwrap_or_default();
    let one_more = limit as i64 + 1;
    let rows = statement.query_map(
        params![scope.account, scope.region, after, prefix, substring, one_more],
        |row| read_group(scope, row),
    )?;
    let mut items = rows.collect::<Result<Vec<_>, _>>()?;
    let has_more = items.len() > limit;
    items.truncate(limit);
    let next_token = items.last().filter(|_| has_more).map(|group| group.key.name.clone());
    Ok(Page { items, next_token })
}

fn read_group(scope: &Scope, row: &Row<'_>) -> rusqlite::Result<LogGroup> {
    Ok(LogGroup {
        key: GroupKey::new(scope.clone(), row.get::<_, String>(0)?),
        created_at: Timestamp::from_millis(row.get(1)?),
        retention_days: row.get(2)?,
        tags: read_tags(&row.get::<_, String>(3)?),
        stored_bytes: row.get::<_, i64>(4)?.cast_unsigned(),
    })
}

fn write_tags(tags: &Tags) -> Result<String, LogsError> {
    if tags.len() > TAGS_MAX {
        return Err(LogsError::invalid("a log group takes at most 50 tags"));
    }
    Ok(serde_json::to_string(tags).expect("a map of strings can be written"))
}

pub(crate) fn read_tags(text: &str) -> Tags {
    serde_json::from_str(text).expect("as written by `write_tags`")
}
