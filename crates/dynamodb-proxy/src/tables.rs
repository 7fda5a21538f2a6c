//! The keys of tables that were asked about lately.
//!
//! INVARIANT: an entry is of the table as it is. Tables change through this process alone, which
//! forgets what it knows before and after it changes one; what was read meanwhile is not kept.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use dynamodb::TableKeys;
use model::Scope;

/// LIMIT: tables whose keys are remembered; past it they are read anew.
const TABLES_MAX: usize = 4096;

#[derive(Debug, Default)]
pub(crate) struct Tables(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// How often something was forgotten.
    generation: u64,
    keys: BTreeMap<(Scope, String), TableKeys>,
}

/// When a table was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reading(u64);

impl Tables {
    /// The table's keys, or what to hand in with them once they are read.
    pub(crate) fn get(&self, scope: &Scope, table: &str) -> Result<TableKeys, Reading> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = known.keys.get(&(scope.clone(), table.to_owned()));
        found.cloned().ok_or(Reading(known.generation))
    }

    pub(crate) fn keep(&self, reading: Reading, table: (&Scope, &str), keys: &TableKeys) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.generation != reading.0 {
            return;
        }
        if known.keys.len() >= TABLES_MAX {
            known.keys.clear();
        }
        known.keys.insert((table.0.clone(), table.1.to_owned()), keys.clone());
    }

    /// Forgets the table now, and once more when what is returned goes: however that comes about,
    /// a caller that leaves included.
    pub(crate) fn changing<'a>(&'a self, scope: &'a Scope, table: &'a str) -> Changing<'a> {
        self.forget(scope, table);
        Changing { tables: self, scope, table }
    }

    pub(crate) fn forget_all(&self) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.generation += 1;
        known.keys.clear();
    }

    fn forget(&self, scope: &Scope, table: &str) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.generation += 1;
        known.keys.remove(&(scope.clone(), table.to_owned()));
    }
}

/// A table that is being changed.
#[derive(Debug)]
pub(crate) struct Changing<'a> {
    tables: &'a Tables,
    scope: &'a Scope,
    table: &'a str,
}

impl Drop for Changing<'_> {
    fn drop(&mut self) {
        self.tables.forget(self.scope, self.table);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(name: &str) -> TableKeys {
        let key = json!([{ "AttributeName": name, "KeyType": "HASH" }]);
        TableKeys::read(&json!({ "Table": { "KeySchema": key } })).expect("it has a key")
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept() {
        let (tables, scope) = (Tables::default(), Scope::new("000000000000", "us-east-1"));
        let reading = tables.get(&scope, "orders").expect_err("it is not known yet");
        tables.keep(reading, (&scope, "orders"), &keys("id"));
        assert_eq!(tables.get(&scope, "orders"), Ok(keys("id")));
        let other = Scope::new("000000000000", "eu-west-1");
        let reading = tables.get(&other, "orders").expect_err("it is another region's");
        let changing = tables.changing(&scope, "orders");
        tables.keep(reading, (&other, "orders"), &keys("id"));
        assert!(tables.get(&scope, "orders").is_err());
        assert!(tables.get(&other, "orders").is_err());
        let reading = tables.get(&scope, "orders").expect_err("it is being changed");
        drop(changing);
        tables.keep(reading, (&scope, "orders"), &keys("id"));
        assert!(tables.get(&scope, "orders").is_err());
    }
}
