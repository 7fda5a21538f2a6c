//! The Rust types: a struct a structure, an enum a set of names.

use std::fmt::Write as _;

use serde_json::Value;

use crate::names;
use crate::service::{Service, members, text};

pub(crate) fn types(service: &Service, out: &mut String) {
    for (name, shape) in service.structures() {
        structure(service, &name, shape, out);
    }
    for (name, shape) in service.shapes() {
        if let Some(values) = shape.get("enum").and_then(Value::as_array) {
            let values: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            enumeration(&name, &values, out);
        }
    }
}

fn structure(service: &Service, name: &str, shape: &Value, out: &mut String) {
    let type_name = names::type_name(name);
    let schema = names::constant(name);
    let members = members(shape);
    let default = if service.has_default(name) { ", Default" } else { "" };
    // Debug and PartialEq go by the schema: derived, they were half of the compile time.
    let mut text = format!("#[derive(Clone{default})]\npub struct {type_name} {{\n");
    for (member, target) in &members {
        let kind = field_type(service, name, member, target);
        writeln!(text, "    pub {}: {kind},", names::snake(member)).expect("a string");
    }
    text.push_str("}\n\n");
    let fields: Vec<String> = members.iter().map(|(member, _)| names::snake(member)).collect();
    let reads = fields
        .iter()
        .map(|field| format!("            {field}: fields.next()?,\n"))
        .collect::<Vec<_>>()
        .concat();
    let writes = fields
        .iter()
        .map(|field| format!("            &self.{field},\n"))
        .collect::<Vec<_>>()
        .concat();
    let body = if fields.is_empty() {
        format!(
            "        wire::Fields::of(value, &schema::{schema})?;\n        Ok({type_name} {{}})"
        )
    } else {
        format!(
            "        let mut fields = wire::Fields::of(value, &schema::{schema})?;\n        \
             Ok({type_name} {{\n{reads}        }})"
        )
    };
    write!(
        out,
        "{text}\
impl wire::Read for {type_name} {{
    fn read(value: wire::Value) -> Result<Self, wire::ReadError> {{
{body}
    }}
}}

impl wire::Write for {type_name} {{
    fn write(&self, writer: &mut dyn wire::Writer) {{
        wire::write_structure(writer, &schema::{schema}, &[
{writes}        ]);
    }}
}}

impl wire::Shape for {type_name} {{
    const SCHEMA: &'static wire::Schema = &schema::{schema};
}}

impl std::fmt::Debug for {type_name} {{
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{
        wire::debug(self, formatter)
    }}
}}

impl PartialEq for {type_name} {{
    fn eq(&self, other: &Self) -> bool {{
        wire::equal(self, other)
    }}
}}

"
    )
    .expect("a string");
}

fn field_type(service: &Service, name: &str, member: &str, target: &Value) -> String {
    let shape = text(target, "shape");
    let mut kind = service.rust_type(shape);
    let is_structure = text(service.shape(shape), "type") == "structure";
    if is_structure && service.is_recursive(shape) && service.is_recursive(name) {
        kind = format!("Box<{kind}>");
    }
    if service.is_plain(name, member) { kind } else { format!("Option<{kind}>") }
}

fn enumeration(name: &str, values: &[&str], out: &mut String) {
    let type_name = names::type_name(name);
    let variants: Vec<String> = values.iter().map(|value| names::pascal(value)).collect();
    let list = variants.iter().map(|it| format!("    {it},\n")).collect::<Vec<_>>().concat();
    let pairs = || variants.iter().zip(values);
    let to_text = pairs()
        .map(|(it, value)| format!("            Self::{it} => {value:?},\n"))
        .collect::<Vec<_>>()
        .concat();
    let from_text = pairs()
        .map(|(it, value)| format!("            {value:?} => Ok(Self::{it}),\n"))
        .collect::<Vec<_>>()
        .concat();
    let all = variants.iter().map(|it| format!("Self::{it}, ")).collect::<Vec<_>>().concat();
    write!(
        out,
        "#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum {type_name} {{
{list}}}

impl {type_name} {{
    pub const ALL: &'static [Self] = &[{all}];

    pub const fn as_str(self) -> &'static str {{
        match self {{
{to_text}        }}
    }}
}}

impl std::str::FromStr for {type_name} {{
    type Err = wire::ReadError;

    fn from_str(text: &str) -> Result<Self, wire::ReadError> {{
        match text {{
{from_text}            _ => Err(wire::ReadError({name:?})),
        }}
    }}
}}

impl std::fmt::Display for {type_name} {{
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {{
        formatter.pad(self.as_str())
    }}
}}

impl wire::Read for {type_name} {{
    fn read(value: wire::Value) -> Result<Self, wire::ReadError> {{
        wire::read_enum(&value, {name:?})
    }}
}}

impl wire::Write for {type_name} {{
    fn write(&self, writer: &mut dyn wire::Writer) {{
        writer.string(self.as_str());
    }}
}}

"
    )
    .expect("a string");
}
