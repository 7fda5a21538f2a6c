//! One table of the snapshot: records by key, with the revision that wrote each.

use std::cmp::Ordering;
use std::ops::Bound;
use std::sync::Arc;

use equivalent::{Comparable, Equivalent};
use imbl::OrdMap;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::Scope;
use crate::snapshot::Kind;

/// What a table holds. The key is unique in its table, and stable.
pub trait Record: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {
    const KIND: Kind;

    fn scope(&self) -> Scope;

    /// The key inside the scope. Parts are joined by `/`, widest first, so that a
    /// prefix selects a parent's children.
    fn id(&self) -> String;

    fn key(&self) -> Key {
        Key { kind: Self::KIND, scope: self.scope(), id: self.id() }
    }
}

/// The name of one record in the store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub kind: Kind,
    pub scope: Scope,
    pub id: String,
}

impl Key {
    /// `KIND/ACCOUNT/REGION/ID`, as the engines hold it.
    pub fn to_text(&self) -> String {
        format!("{}/{}/{}", self.kind.as_str(), self.scope, self.id)
    }

    pub fn parse(text: &str) -> Option<Key> {
        let mut parts = text.splitn(4, '/');
        let kind = Kind::parse(parts.next()?)?;
        let scope = Scope::new(parts.next()?, parts.next()?);
        Some(Key { kind, scope, id: parts.next()?.to_owned() })
    }
}

/// A record and the revision of the commit that wrote it.
#[derive(Debug)]
pub struct Entry<R> {
    pub revision: u64,
    pub record: Arc<R>,
}

impl<R> Clone for Entry<R> {
    fn clone(&self) -> Entry<R> {
        Entry { revision: self.revision, record: Arc::clone(&self.record) }
    }
}

impl<R> std::ops::Deref for Entry<R> {
    type Target = R;

    fn deref(&self) -> &R {
        &self.record
    }
}

/// Cloning shares: it costs one reference count.
#[derive(Clone, Debug)]
pub struct Table<R> {
    entries: OrdMap<(Scope, String), Entry<R>>,
}

impl<R> Default for Table<R> {
    fn default() -> Table<R> {
        Table { entries: OrdMap::new() }
    }
}

/// A key as it is looked up: reading allocates nothing.
struct Borrowed<'a>(&'a Scope, &'a str);

impl Equivalent<(Scope, String)> for Borrowed<'_> {
    fn equivalent(&self, (scope, id): &(Scope, String)) -> bool {
        self.1 == id && self.0 == scope
    }
}

impl Comparable<(Scope, String)> for Borrowed<'_> {
    fn compare(&self, (scope, id): &(Scope, String)) -> Ordering {
        self.0.cmp(scope).then_with(|| self.1.cmp(id))
    }
}

impl<R: Record> Table<R> {
    /// Whether it is surely as the other: no commit between them touched it.
    pub fn is_same(&self, other: &Table<R>) -> bool {
        self.entries.ptr_eq(&other.entries)
    }

    pub fn get(&self, scope: &Scope, id: &str) -> Option<&Entry<R>> {
        self.entries.get(&Borrowed(scope, id))
    }

    /// Every record of the table, in key order.
    pub fn all(&self) -> impl Iterator<Item = &Entry<R>> {
        self.entries.values()
    }

    /// The records of one account and region, in key order.
    pub fn list<'a>(&'a self, scope: &Scope) -> impl Iterator<Item = &'a Entry<R>> + use<'a, R> {
        self.list_under(scope, "")
    }

    /// The records of a scope whose id begins with `prefix`, in key order.
    pub fn list_under<'a>(
        &'a self,
        scope: &Scope,
        prefix: &str,
    ) -> impl Iterator<Item = &'a Entry<R>> + use<'a, R> {
        let (scope, prefix) = (scope.clone(), prefix.to_owned());
        let from = Bound::Included((scope.clone(), prefix.clone()));
        self.entries
            .range((from, Bound::Unbounded))
            .take_while(move |((at, id), _)| *at == scope && id.starts_with(&prefix))
            .map(|(_, entry)| entry)
    }

    pub fn len(&self) -> usize {
        self.entries.len()
    }

    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(crate) fn put(&mut self, revision: u64, record: R) -> Option<Entry<R>> {
        let key = (record.scope(), record.id());
        self.entries.insert(key, Entry { revision, record: Arc::new(record) })
    }

    pub(crate) fn remove(&mut self, scope: &Scope, id: &str) -> Option<Entry<R>> {
        self.entries.remove(&(scope.clone(), id.to_owned()))
    }
}
