//! The model's constraints, checked once for all services, by the schema.
//!
//! All violations are found, then told in the service's words (`quirks.toml`).
//!
//! INVARIANT: a sensitive value is not in the message.

use std::cmp::Ordering;

use crate::error::ApiError;
use crate::limits::{SHOWN_TEXT_MAX, VIOLATIONS_MAX};
use crate::schema::{Kind, Member, Operation, Quirks, Schema, Wording};
use crate::value::Value;

/// Refuses an input that breaks a constraint of the operation's model.
pub fn check(value: &Value, operation: &Operation, quirks: &Quirks) -> Result<(), ApiError> {
    let mut checker = Checker { path: Vec::new(), wording: quirks.wording, found: Vec::new() };
    checker.value(value, operation.input.schema);
    let Some(first) = checker.found.first() else { return Ok(()) };
    let code = match first.constraint {
        Constraint::Present => quirks.missing,
        _ => quirks.invalid,
    };
    let message = match quirks.wording {
        Wording::Counted => counted(&checker.found),
        Wording::Ec2 => in_ec2_words(first),
    };
    Err(ApiError::client(code, message))
}

struct Violation {
    path: String,
    /// As text, cut short; none where it is sensitive.
    value: Option<String>,
    constraint: Constraint,
}

enum Constraint {
    Present,
    AtLeast(Measure, i64),
    AtMost(Measure, i64),
    Pattern(&'static str),
    OneOf(&'static [&'static str]),
    OneMember,
}

#[derive(Clone, Copy)]
enum Measure {
    Length,
    Value,
}

impl Constraint {
    /// COMPAT: the words of AWS's request validation, as the CLI shows them.
    fn sentence(&self) -> String {
        let measure = |measure: &Measure| match measure {
            Measure::Length => "length",
            Measure::Value => "value",
        };
        match self {
            Constraint::Present => "Member must not be null".to_owned(),
            Constraint::AtLeast(it, min) => {
                format!("Member must have {} greater than or equal to {min}", measure(it))
            }
            Constraint::AtMost(it, max) => {
                format!("Member must have {} less than or equal to {max}", measure(it))
            }
            Constraint::Pattern(pattern) => {
                format!("Member must satisfy regular expression pattern: {pattern}")
            }
            Constraint::OneOf(names) => {
                format!("Member must satisfy enum value set: [{}]", names.join(", "))
            }
            Constraint::OneMember => "Member must have exactly one of its members".to_owned(),
        }
    }
}

fn counted(violations: &[Violation]) -> String {
    let count = violations.len();
    let noun = if count == 1 { "error" } else { "errors" };
    let told: Vec<String> = violations
        .iter()
        .take(VIOLATIONS_MAX)
        .map(|it| {
            let value = match (&it.constraint, &it.value) {
                (Constraint::Present, _) => " null".to_owned(),
                (_, Some(value)) => format!(" '{value}'"),
                (_, None) => String::new(),
            };
            let sentence = it.constraint.sentence();
            format!("Value{value} at '{}' failed to satisfy constraint: {sentence}", it.path)
        })
        .collect();
    format!("{count} validation {noun} detected: {}", told.join("; "))
}

/// COMPAT: EC2 tells one fault at a time (its API reference, "Error codes").
fn in_ec2_words(violation: &Violation) -> String {
    let path = &violation.path;
    let value = violation.value.as_deref().unwrap_or("***");
    match &violation.constraint {
        Constraint::Present => format!("The request must contain the parameter {path}"),
        Constraint::AtLeast(Measure::Value, min) => format!(
            "Value ( {value} ) for parameter {path} is invalid. \
             Expecting a value greater than or equal to {min}."
        ),
        Constraint::AtMost(Measure::Value, max) => format!(
            "Value ( {value} ) for parameter {path} is invalid. \
             Expecting a value less than or equal to {max}."
        ),
        Constraint::OneOf(_) => format!("Value ({value}) for parameter {path} is invalid."),
        other => {
            format!("Value ({value}) for parameter {path} is invalid. {}.", other.sentence())
        }
    }
}

struct Checker<'v> {
    path: Vec<Step<'v>>,
    wording: Wording,
    found: Vec<Violation>,
}

/// One step of a path, made text only when there is something to tell.
#[derive(Clone, Copy)]
enum Step<'v> {
    Member(&'static Member),
    Element(usize),
    Key(&'v str),
}

impl<'v> Checker<'v> {
    fn value(&mut self, value: &'v Value, schema: &'static Schema) {
        match (value, schema.kind) {
            (Value::Absent, _) => self.report(value, schema, Constraint::Present),
            (Value::Structure(values), Kind::Structure(members)) => {
                self.members(values, members);
            }
            (Value::Structure(values), Kind::Union(members)) => {
                if values.iter().filter(|it| !it.is_absent()).count() != 1 {
                    self.report(value, schema, Constraint::OneMember);
                }
                self.members(values, members);
            }
            (Value::List(values), Kind::List(list)) => {
                self.length(value, schema, values.len());
                for (index, value) in values.iter().enumerate() {
                    self.inside(Step::Element(index + 1), value, list.element);
                }
            }
            (Value::Map(entries), Kind::Map(map)) => {
                self.length(value, schema, entries.len());
                for (key, value) in entries {
                    self.text(key, map.key);
                    self.inside(Step::Key(key), value, map.value);
                }
            }
            (Value::String(text), _) => self.text(text, schema),
            (Value::Blob(bytes), _) => self.length(value, schema, bytes.len()),
            (Value::Integer(number), _) => {
                self.bounds(value, schema, Measure::Value, |bound| number.cmp(&bound));
            }
            (Value::Double(number), _) => {
                self.bounds(value, schema, Measure::Value, |bound| order(*number, bound));
            }
            _ => {}
        }
    }

    fn inside(&mut self, step: Step<'v>, value: &'v Value, schema: &'static Schema) {
        self.path.push(step);
        self.value(value, schema);
        self.path.pop();
    }

    fn members(&mut self, values: &'v [Value], members: &'static [Member]) {
        for (member, value) in members.iter().zip(values) {
            if member.required || !value.is_absent() {
                self.inside(Step::Member(member), value, member.schema);
            }
        }
    }

    fn text(&mut self, text: &str, schema: &'static Schema) {
        let length = || text.chars().count() as i64;
        let broken = [
            match schema.kind {
                Kind::Enum(names) if !names.contains(&text) => Some(Constraint::OneOf(names)),
                _ => None,
            },
            out_of_bounds(schema, Measure::Length, |bound| length().cmp(&bound)),
            schema
                .pattern
                .as_ref()
                .filter(|pattern| !pattern.matches(text))
                .map(|pattern| Constraint::Pattern(pattern.source())),
        ];
        for constraint in broken.into_iter().flatten() {
            self.report(&Value::String(text.to_owned()), schema, constraint);
        }
    }

    fn length(&mut self, value: &Value, schema: &'static Schema, length: usize) {
        self.bounds(value, schema, Measure::Length, |bound| (length as i64).cmp(&bound));
    }

    fn bounds(
        &mut self,
        value: &Value,
        schema: &'static Schema,
        measure: Measure,
        compare: impl Fn(i64) -> Ordering,
    ) {
        if let Some(over) = out_of_bounds(schema, measure, compare) {
            self.report(value, schema, over);
        }
    }

    fn report(&mut self, value: &Value, schema: &'static Schema, constraint: Constraint) {
        let value = (!schema.sensitive).then(|| shown(value, schema));
        let labels: Vec<String> = self.path.iter().map(|step| self.label(*step)).collect();
        self.found.push(Violation { path: abridged(labels.join(".")), value, constraint });
    }

    fn label(&self, step: Step<'_>) -> String {
        match (step, self.wording) {
            (Step::Member(member), Wording::Counted) => lower_first(member.name),
            (Step::Member(member), Wording::Ec2) => member.query.to_owned(),
            (Step::Element(number), Wording::Counted) => format!("{number}.member"),
            (Step::Element(number), Wording::Ec2) => number.to_string(),
            (Step::Key(key), _) => format!("{key}.member"),
        }
    }
}

/// A codec lets no number through that has no order.
fn order(number: f64, bound: i64) -> Ordering {
    number.partial_cmp(&(bound as f64)).unwrap_or(Ordering::Less)
}

/// The bound that a size or number passes; `compare` is it against a bound.
fn out_of_bounds(
    schema: &'static Schema,
    measure: Measure,
    compare: impl Fn(i64) -> Ordering,
) -> Option<Constraint> {
    if let Some(min) = schema.min.filter(|min| compare(*min) == Ordering::Less) {
        return Some(Constraint::AtLeast(measure, min));
    }
    let max = schema.max.filter(|max| compare(*max) == Ordering::Greater)?;
    Some(Constraint::AtMost(measure, max))
}

/// COMPAT: members start in lower case in these messages, whatever the model's spelling.
fn lower_first(name: &str) -> String {
    let mut characters = name.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_lowercase().collect::<String>() + characters.as_str()
    })
}

fn shown(value: &Value, schema: &'static Schema) -> String {
    let mut text = String::new();
    show(value, schema, &mut text);
    abridged(text)
}

/// What a caller sent, short enough for a message.
pub(crate) fn abridged(mut text: String) -> String {
    if text.len() > SHOWN_TEXT_MAX {
        text.truncate(text.floor_char_boundary(SHOWN_TEXT_MAX));
        text.push('…');
    }
    text
}

fn show(value: &Value, schema: &'static Schema, out: &mut String) {
    if schema.sensitive {
        out.push_str("***");
        return;
    }
    match (value, schema.kind) {
        (Value::Boolean(value), _) => out.push_str(&value.to_string()),
        (Value::Integer(value), _) => out.push_str(&value.to_string()),
        (Value::Double(value), _) => out.push_str(&value.to_string()),
        (Value::String(value), _) => out.push_str(value),
        (Value::List(values), Kind::List(list)) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                if out.len() > SHOWN_TEXT_MAX {
                    break;
                }
                out.push_str(if index == 0 { "" } else { ", " });
                show(value, list.element, out);
            }
            out.push(']');
        }
        (Value::Absent, _) => out.push_str("null"),
        _ => out.push_str("{…}"),
    }
}
