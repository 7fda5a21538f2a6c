//! The model's constraints, checked once for all services, by the schema.
//!
//! All violations are found, then told in the service's words (`quirks.toml`).
//!
//! INVARIANT: a sensitive value is not in the message.

use crate::error::ApiError;
use crate::limits::{SHOWN_VALUE_MAX, VIOLATIONS_MAX};
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

struct Checker {
    path: Vec<String>,
    wording: Wording,
    found: Vec<Violation>,
}

impl Checker {
    fn value(&mut self, value: &Value, schema: &'static Schema) {
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
                self.bounds(value, schema, Measure::Length, values.len() as i64);
                for (index, value) in values.iter().enumerate() {
                    let number = index + 1;
                    self.enter(match self.wording {
                        Wording::Counted => format!("{number}.member"),
                        Wording::Ec2 => number.to_string(),
                    });
                    self.value(value, list.element);
                    self.path.pop();
                }
            }
            (Value::Map(entries), Kind::Map(map)) => {
                self.bounds(value, schema, Measure::Length, entries.len() as i64);
                for (key, value) in entries {
                    self.text(key, map.key);
                    self.enter(format!("{key}.member"));
                    self.value(value, map.value);
                    self.path.pop();
                }
            }
            (Value::String(text), _) => self.text(text, schema),
            (Value::Blob(bytes), _) => {
                self.bounds(value, schema, Measure::Length, bytes.len() as i64);
            }
            (Value::Integer(number), _) => self.bounds(value, schema, Measure::Value, *number),
            (Value::Double(number), _) => self.range(*number, schema),
            _ => {}
        }
    }

    fn members(&mut self, values: &[Value], members: &'static [Member]) {
        for (member, value) in members.iter().zip(values) {
            if value.is_absent() && !member.required {
                continue;
            }
            self.enter(match self.wording {
                Wording::Counted => lower_first(member.name),
                Wording::Ec2 => member.query.to_owned(),
            });
            self.value(value, member.schema);
            self.path.pop();
        }
    }

    fn text(&mut self, text: &str, schema: &'static Schema) {
        let show = || Value::String(text.to_owned());
        if let Kind::Enum(names) = schema.kind {
            if !names.contains(&text) {
                self.report(&show(), schema, Constraint::OneOf(names));
            }
            return;
        }
        if schema.min.is_some() || schema.max.is_some() {
            self.bounds(&show(), schema, Measure::Length, text.chars().count() as i64);
        }
        if let Some(pattern) = &schema.pattern
            && !pattern.matches(text)
        {
            self.report(&show(), schema, Constraint::Pattern(pattern.source()));
        }
    }

    fn bounds(&mut self, value: &Value, schema: &'static Schema, measure: Measure, size: i64) {
        if let Some(min) = schema.min.filter(|min| size < *min) {
            self.report(value, schema, Constraint::AtLeast(measure, min));
        }
        if let Some(max) = schema.max.filter(|max| size > *max) {
            self.report(value, schema, Constraint::AtMost(measure, max));
        }
    }

    fn range(&mut self, number: f64, schema: &'static Schema) {
        let value = Value::Double(number);
        if let Some(min) = schema.min.filter(|min| number < *min as f64) {
            self.report(&value, schema, Constraint::AtLeast(Measure::Value, min));
        }
        if let Some(max) = schema.max.filter(|max| number > *max as f64) {
            self.report(&value, schema, Constraint::AtMost(Measure::Value, max));
        }
    }

    fn enter(&mut self, label: String) {
        self.path.push(label);
    }

    fn report(&mut self, value: &Value, schema: &'static Schema, constraint: Constraint) {
        let value = (!schema.sensitive).then(|| shown(value, schema));
        self.found.push(Violation { path: self.path.join("."), value, constraint });
    }
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
    if text.len() > SHOWN_VALUE_MAX {
        text.truncate(text.floor_char_boundary(SHOWN_VALUE_MAX));
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
                if out.len() > SHOWN_VALUE_MAX {
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
