//! The static schemas, one a shape, in a module of their own.

use std::fmt::Write as _;

use serde_json::Value;

use crate::names;
use crate::service::{Service, is_document, is_flagged, members, text};

pub(crate) fn schemas(service: &Service, out: &mut String) {
    out.push_str("pub mod schema {\n    use wire::{Kind, List, Member, Schema};\n\n");
    for (name, shape) in service.shapes() {
        if shape.get("error").is_some() {
            continue;
        }
        let mut schema = schema(service, &name, shape);
        if is_flagged(shape, "sensitive") {
            schema.push_str(".sensitive()");
        }
        let constant = names::constant(&name);
        writeln!(out, "    pub static {constant}: Schema = {schema};\n").expect("a string");
        secret_twin(service, &name, shape, out);
    }
    out.push_str("}\n\n");
}

/// Where quirks call a member secret whose shape is shared with others: its own schema.
fn secret_twin(service: &Service, name: &str, shape: &Value, out: &mut String) {
    for (member, target) in members(shape) {
        if service.is_sensitive(name, member) {
            let shape = text(target, "shape");
            let schema = schema(service, shape, service.shape(shape));
            let constant = secret_name(name, member);
            writeln!(out, "    static {constant}: Schema = {schema}.sensitive();\n")
                .expect("a string");
        }
    }
}

fn secret_name(shape: &str, member: &str) -> String {
    format!("{}_{}_SECRET", names::constant(shape), names::constant(member))
}

fn schema(service: &Service, name: &str, shape: &Value) -> String {
    let kind = kind(service, name, shape);
    let mut schema = match shape.get("pattern").and_then(Value::as_str) {
        Some(pattern) => format!("Schema::with_pattern({name:?}, {kind}, {pattern:?})"),
        None => format!("Schema::new({name:?}, {kind})"),
    };
    for bound in ["min", "max"] {
        if let Some(value) = shape.get(bound) {
            let value = whole(value);
            write!(schema, ".{bound}({value})").expect("a string");
        }
    }
    schema
}

fn whole(bound: &Value) -> i64 {
    let float = bound.as_f64().expect("a bound is a number");
    assert!(float.fract() == 0.0, "a bound is a whole number: {bound}");
    bound.as_i64().unwrap_or(float as i64)
}

fn kind(service: &Service, name: &str, shape: &Value) -> String {
    match text(shape, "type") {
        "boolean" => "Kind::Boolean".into(),
        "integer" => "Kind::Integer".into(),
        "long" => "Kind::Long".into(),
        "float" => "Kind::Float".into(),
        "double" => "Kind::Double".into(),
        "blob" => "Kind::Blob".into(),
        "timestamp" => format!("Kind::Timestamp({})", timestamp_format(shape)),
        "string" => shape
            .get("enum")
            .map_or_else(|| "Kind::String".into(), |values| format!("Kind::Enum(&{values})")),
        "list" => list(shape),
        "map" => map(shape),
        "structure" if is_document(shape) => "Kind::Document".into(),
        "structure" => {
            let variant = if is_flagged(shape, "union") { "Union" } else { "Structure" };
            format!("Kind::{variant}(&[{}])", member_list(service, name, shape))
        }
        other => panic!("{name} is of type {other}, which the generator does not know"),
    }
}

fn timestamp_format(shape: &Value) -> &'static str {
    match text(shape, "timestampFormat") {
        "" => "wire::TimestampFormat::Default",
        "unixTimestamp" => "wire::TimestampFormat::EpochSeconds",
        "iso8601" => "wire::TimestampFormat::Iso8601",
        "rfc822" => "wire::TimestampFormat::HttpDate",
        other => panic!("no such timestamp format: {other}"),
    }
}

fn list(shape: &Value) -> String {
    let element = names::constant(text(&shape["member"], "shape"));
    let name = location(&shape["member"]).unwrap_or("member");
    let flattened = is_flagged(shape, "flattened");
    format!("Kind::List(List {{ element: &{element}, name: {name:?}, flattened: {flattened} }})")
}

fn map(shape: &Value) -> String {
    let key = names::constant(text(&shape["key"], "shape"));
    let value = names::constant(text(&shape["value"], "shape"));
    let key_name = location(&shape["key"]).unwrap_or("key");
    let value_name = location(&shape["value"]).unwrap_or("value");
    let flattened = is_flagged(shape, "flattened");
    format!(
        "Kind::Map(wire::Map {{ key: &{key}, value: &{value}, key_name: {key_name:?}, \
         value_name: {value_name:?}, flattened: {flattened} }})"
    )
}

fn member_list(service: &Service, name: &str, shape: &Value) -> String {
    let mut list = String::new();
    for (member, target) in members(shape) {
        let schema = if service.is_sensitive(name, member) {
            secret_name(name, member)
        } else {
            names::constant(text(target, "shape"))
        };
        write!(list, "\n        Member::new({member:?}, &{schema})").expect("a string");
        let (query, xml) = wire_names(service, member, target);
        if query != *member || xml != *member {
            write!(list, ".named({query:?}, {xml:?})").expect("a string");
        }
        if service.is_required(name, member) {
            list.push_str(".required()");
        }
        list.push(',');
    }
    list
}

/// A member's names in a query or ec2 request and in an XML answer.
fn wire_names(service: &Service, member: &str, target: &Value) -> (String, String) {
    let location = location(target);
    let shape = service.shape(text(target, "shape"));
    let element = (text(shape, "type") == "list" && is_flagged(shape, "flattened"))
        .then(|| self::location(&shape["member"]))
        .flatten();
    let xml = element.or(location).unwrap_or(member).to_owned();
    let query = match service.text("protocol") {
        "ec2" => target
            .get("queryName")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .or_else(|| location.map(names::upper_first))
            .unwrap_or_else(|| member.to_owned()),
        _ => xml.clone(),
    };
    (query, xml)
}

fn location(target: &Value) -> Option<&str> {
    target.get("locationName").and_then(Value::as_str)
}
