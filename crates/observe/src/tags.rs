//! The tags of log groups as decisions on requests need them: at once, without asking the disk.

use std::collections::BTreeMap;
use std::sync::{PoisonError, RwLock};

use model::{Scope, Tags};
use rusqlite::Connection;

use crate::group::read_tags;
use crate::logs::Logs;
use crate::{GroupKey, LogsError};

/// The groups that have tags.
///
/// INVARIANT: it is what was last committed, before anybody is answered that it was.
#[derive(Debug)]
pub(crate) struct GroupTags(RwLock<BTreeMap<GroupKey, Tags>>);

impl GroupTags {
    pub(crate) fn new(tags: BTreeMap<GroupKey, Tags>) -> GroupTags {
        GroupTags(RwLock::new(tags))
    }

    pub(crate) fn replace(&self, tags: BTreeMap<GroupKey, Tags>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = tags;
    }

    fn of(&self, key: &GroupKey) -> Option<Tags> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(key).cloned()
    }
}

/// All groups that have tags, as the database has them.
pub(crate) fn read(connection: &Connection) -> Result<BTreeMap<GroupKey, Tags>, LogsError> {
    let mut statement = connection
        .prepare_cached("SELECT account, region, name, tags FROM groups WHERE tags <> '{}'")?;
    let rows = statement.query_map([], |row| {
        let (account, region): (String, String) = (row.get(0)?, row.get(1)?);
        let key = GroupKey::new(Scope::new(account, region), row.get::<_, String>(2)?);
        Ok((key, read_tags(&row.get::<_, String>(3)?)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Logs {
    /// `None` where there is no such group, or it has none.
    pub fn tags_of_group(&self, key: &GroupKey) -> Option<Tags> {
        self.group_tags().of(key)
    }
}
