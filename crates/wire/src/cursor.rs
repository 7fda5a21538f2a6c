//! Where a writer is in the schema: what every writer has to follow.

use crate::schema::{Kind, Member, Schema};

pub(crate) struct Cursor {
    next: &'static Schema,
    open: Vec<Open>,
}

struct Open {
    schema: &'static Schema,
    is_empty: bool,
}

impl Cursor {
    pub(crate) const fn new(root: &'static Schema) -> Cursor {
        Cursor { next: root, open: Vec::new() }
    }

    /// The schema of the value that comes next.
    pub(crate) const fn next(&self) -> &'static Schema {
        self.next
    }

    /// The schema of the innermost open value.
    pub(crate) fn here(&self) -> Option<&'static Schema> {
        self.open.last().map(|open| open.schema)
    }

    /// Opens the next value, a structure, list or map.
    pub(crate) fn begin(&mut self) -> &'static Schema {
        self.open.push(Open { schema: self.next, is_empty: true });
        self.next
    }

    /// Closes the innermost value; whether nothing was in it.
    pub(crate) fn end(&mut self) -> bool {
        self.open.pop().is_none_or(|open| open.is_empty)
    }

    /// Moves to a member; whether it is the first one.
    pub(crate) fn member(&mut self, member: &'static Member) -> bool {
        self.next = member.schema;
        self.step()
    }

    /// Moves to the next element or map value; whether it is the first one.
    pub(crate) fn item(&mut self) -> bool {
        match self.here().map(|schema| schema.kind) {
            Some(Kind::List(list)) => self.next = list.element,
            Some(Kind::Map(map)) => self.next = map.value,
            _ => {}
        }
        self.step()
    }

    fn step(&mut self) -> bool {
        self.open.last_mut().is_none_or(|open| std::mem::replace(&mut open.is_empty, false))
    }
}
