//! A reduced model in memory, and what generation needs to know of each shape.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::names;

pub(crate) struct Service {
    pub(crate) name: &'static str,
    pub(crate) model: Value,
    pub(crate) quirks: toml::Value,
    /// Shapes reachable from an output or an error: their members are all optional.
    answered: BTreeSet<String>,
    /// Shapes that contain themselves other than through a list or map.
    recursive: BTreeSet<String>,
}

impl Service {
    pub(crate) fn new(name: &'static str, model: Value, quirks: &toml::Value) -> Service {
        let mut service = Service {
            name,
            model,
            quirks: quirks.clone(),
            answered: BTreeSet::new(),
            recursive: BTreeSet::new(),
        };
        service.add_empty_shapes();
        service.add_values();
        service.replace_patterns();
        let outputs: Vec<String> =
            service.operations().iter().map(|(_, it)| text(it, "output").to_owned()).collect();
        let mut answered = BTreeSet::new();
        for output in &outputs {
            service.reach(output, &mut answered);
        }
        service.answered = answered;
        service.recursive = service
            .shapes()
            .keys()
            .filter(|shape| service.contains_itself(shape))
            .cloned()
            .collect();
        service
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.model["metadata"][key].as_str().unwrap_or_default()
    }

    pub(crate) fn quirk(&self, key: &str) -> &str {
        self.quirks[key].as_str().expect("the quirk is a string")
    }

    /// The operations in the order of their names.
    pub(crate) fn operations(&self) -> Vec<(&String, &Value)> {
        let operations = self.model["operations"].as_object().expect("operations");
        operations.iter().collect::<BTreeMap<_, _>>().into_iter().collect()
    }

    pub(crate) fn shapes(&self) -> BTreeMap<String, &Value> {
        let shapes = self.model["shapes"].as_object().expect("shapes");
        shapes.iter().map(|(name, shape)| (name.clone(), shape)).collect()
    }

    pub(crate) fn shape(&self, name: &str) -> &Value {
        &self.model["shapes"][name]
    }

    /// The structures that get a Rust type: not the errors.
    pub(crate) fn structures(&self) -> Vec<(String, &Value)> {
        self.shapes()
            .into_iter()
            .filter(|(_, shape)| text(shape, "type") == "structure" && shape.get("error").is_none())
            .filter(|(_, shape)| !is_document(shape))
            .collect()
    }

    /// Whether the member is a plain `T`: required, in a shape that only requests have.
    pub(crate) fn is_plain(&self, shape: &str, member: &str) -> bool {
        !self.answered.contains(shape) && self.is_required(shape, member)
    }

    pub(crate) fn is_required(&self, shape: &str, member: &str) -> bool {
        let required = self.shape(shape).get("required").and_then(Value::as_array);
        required.is_some_and(|names| names.iter().any(|name| name == member))
    }

    pub(crate) fn is_sensitive(&self, shape: &str, member: &str) -> bool {
        let path = format!("{shape}.{member}");
        let sensitive = self.quirks.get("sensitive").and_then(toml::Value::as_array);
        sensitive.is_some_and(|paths| paths.iter().any(|it| it.as_str() == Some(&path)))
    }

    /// Whether a member of this shape, in the same structure, has to be boxed.
    pub(crate) fn is_recursive(&self, shape: &str) -> bool {
        self.recursive.contains(shape)
    }

    /// The Rust type of a value of this shape.
    pub(crate) fn rust_type(&self, name: &str) -> String {
        let shape = self.shape(name);
        match text(shape, "type") {
            "boolean" => "bool".into(),
            "integer" => "i32".into(),
            "long" => "i64".into(),
            "float" => "f32".into(),
            "double" => "f64".into(),
            "string" if shape.get("enum").is_some() => names::type_name(name),
            "string" => "String".into(),
            "blob" => "::bytes::Bytes".into(),
            "timestamp" => "::model::Timestamp".into(),
            "list" => format!("Vec<{}>", self.rust_type(text(&shape["member"], "shape"))),
            "map" => {
                let value = self.rust_type(text(&shape["value"], "shape"));
                format!("::std::collections::BTreeMap<String, {value}>")
            }
            "structure" if is_document(shape) => "::serde_json::Value".into(),
            "structure" => names::type_name(name),
            other => panic!("{name} is of type {other}, which the generator does not know"),
        }
    }

    /// Whether the shape's Rust type implements `Default`.
    pub(crate) fn has_default(&self, name: &str) -> bool {
        let shape = self.shape(name);
        match text(shape, "type") {
            "string" => shape.get("enum").is_none(),
            "structure" => members(shape).iter().all(|(member, target)| {
                !self.is_plain(name, member) || self.has_default(text(target, "shape"))
            }),
            _ => true,
        }
    }

    /// The values of enums that quirks say the service answers though its model does not.
    fn add_values(&mut self) {
        let added = self.quirks.get("values").and_then(toml::Value::as_array);
        for path in added.into_iter().flatten().filter_map(toml::Value::as_str) {
            let (shape, value) = path.split_once('.').expect("`Shape.value`");
            let values = self.model["shapes"][shape]["enum"].as_array_mut();
            values.expect("the shape is an enum").push(value.into());
        }
    }

    fn replace_patterns(&mut self) {
        let patterns = self.quirks.get("patterns").and_then(toml::Value::as_table);
        for (shape, pattern) in patterns.into_iter().flatten() {
            let replaced = &mut self.model["shapes"][shape]["pattern"];
            assert!(replaced.is_string(), "{shape} has a pattern");
            *replaced = pattern.as_str().expect("a pattern is text").into();
        }
    }

    /// Of operations that take or give nothing.
    fn add_empty_shapes(&mut self) {
        let operations = self.model["operations"].as_object_mut().expect("operations");
        let mut added = Vec::new();
        for (name, operation) in operations {
            if operation.get("input").is_none() {
                operation["input"] = format!("{name}Request").into();
                added.push(format!("{name}Request"));
            }
            if operation.get("output").is_none() {
                operation["output"] = format!("{name}Response").into();
                operation["empty"] = true.into();
                added.push(format!("{name}Response"));
            }
        }
        for name in added {
            assert!(self.model["shapes"].get(&name).is_none(), "{name} is taken");
            self.model["shapes"][name] = serde_json::json!({"type": "structure", "members": {}});
        }
    }

    fn reach(&self, name: &str, found: &mut BTreeSet<String>) {
        if found.insert(name.to_owned()) {
            for target in self.targets(name) {
                self.reach(&target, found);
            }
        }
    }

    fn targets(&self, name: &str) -> Vec<String> {
        let shape = self.shape(name);
        let parts = ["member", "key", "value"].into_iter().filter_map(|key| shape.get(key));
        members(shape)
            .into_iter()
            .map(|(_, member)| member)
            .chain(parts)
            .map(|target| text(target, "shape").to_owned())
            .collect()
    }

    fn contains_itself(&self, name: &str) -> bool {
        let mut found = BTreeSet::new();
        let mut queue = vec![name.to_owned()];
        while let Some(shape) = queue.pop() {
            for (_, target) in members(self.shape(&shape)) {
                let target = text(target, "shape");
                if target == name {
                    return true;
                }
                if found.insert(target.to_owned()) {
                    queue.push(target.to_owned());
                }
            }
        }
        false
    }
}

pub(crate) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A structure's members in the model's order.
pub(crate) fn members(shape: &Value) -> Vec<(&String, &Value)> {
    shape.get("members").and_then(Value::as_object).into_iter().flatten().collect()
}

pub(crate) fn is_document(shape: &Value) -> bool {
    shape.get("document").is_some()
}

pub(crate) fn is_flagged(shape: &Value, key: &str) -> bool {
    shape.get(key).and_then(Value::as_bool).unwrap_or_default()
}
