//! Generates one Rust file a service from `models/`, into `OUT_DIR`.
//!
//! A build script and not a checked-in file, so that a line in `operations.toml` and a run
//! of `reduce.py` are all that a new operation's types take.

use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "build/generate.rs"]
mod generate;
#[path = "build/names.rs"]
mod names;
#[path = "build/schemas.rs"]
mod schemas;
#[path = "build/service.rs"]
mod service;
#[path = "build/types.rs"]
mod types;

/// A service's module, and its model's and quirks' key.
const SERVICES: [&str; 11] = [
    "ecs",
    "elbv2",
    "ec2",
    "sts",
    "logs",
    "cloudwatch",
    "codedeploy",
    "iam",
    "secretsmanager",
    "ssm",
    "kms",
];

fn main() {
    let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../models");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    let quirks = read(&models.join("quirks.toml"));
    let quirks: toml::Table = quirks.parse().expect("quirks.toml is TOML");
    for name in SERVICES {
        let model = read(&models.join(format!("{name}.json")));
        let model = serde_json::from_str(&model).expect("a reduced model is JSON");
        let service = service::Service::new(name, model, &quirks[name]);
        let path = out.join(format!("{name}.rs"));
        fs::write(&path, generate::generate(&service)).expect("OUT_DIR is writable");
    }
}

fn read(path: &Path) -> String {
    println!("cargo::rerun-if-changed={}", path.display());
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
