//! Where in a value a parser is, for the errors that it tells.

use crate::check::abridged;

/// One step from the outermost value.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Member(&'static str),
    /// A key of a map, or a name that no member has.
    Key(String),
    /// From 1.
    Element(usize),
}

/// `services.2.member.name`, as AWS's own messages have it; cut short.
pub(super) fn shown(path: &[Step]) -> String {
    let labels = path.iter().map(|step| match step {
        Step::Member(name) => (*name).to_owned(),
        Step::Key(key) => key.clone(),
        Step::Element(number) => format!("{number}.member"),
    });
    abridged(labels.collect::<Vec<_>>().join("."))
}
