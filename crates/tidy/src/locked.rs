//! The lock file: how many crates there are, and which of them must not be, or not twice.

use std::collections::BTreeMap;

use anyhow::{Context, Result};

/// LIMIT: locked crates. Raising it takes a note in `docs/decisions/`.
pub const CRATES_MAX: usize = 500;

/// One of each: two would not share connections, types or keys.
const SINGLE: &[&str] = &["http", "hyper", "ring", "rustls", "tokio"];

/// Another TLS or cryptography beside `rustls` with `ring`.
const ABSENT: &[&str] = &["aws-lc-rs", "aws-lc-sys", "native-tls", "openssl", "openssl-sys"];

/// What is wrong with the lock file of this text.
pub fn broken(lock: &str) -> Result<Vec<String>> {
    let table: toml::Table = lock.parse().context("reading Cargo.lock")?;
    let packages = table["package"].as_array().context("Cargo.lock lists no packages")?;
    let mut versions = BTreeMap::<&str, Vec<&str>>::new();
    for package in packages {
        let field = |name| package.get(name).and_then(toml::Value::as_str).unwrap_or_default();
        versions.entry(field("name")).or_default().push(field("version"));
    }
    let mut found = Vec::new();
    if packages.len() > CRATES_MAX {
        found.push(format!("{} locked crates, at most {CRATES_MAX}", packages.len()));
    }
    for name in SINGLE {
        if let Some([first, others @ ..]) = versions.get(name).map(Vec::as_slice)
            && !others.is_empty()
        {
            found.push(format!("`{name}` is locked twice: {first}, {}", others.join(", ")));
        }
    }
    let there = ABSENT.iter().filter(|name| versions.contains_key(**name));
    found.extend(there.map(|name| format!("`{name}` is locked, and must not be")));
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(packages: &[(&str, &str)]) -> String {
        let entry = |(name, version): &(&str, &str)| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\n")
        };
        packages.iter().map(entry).collect()
    }

    #[test]
    fn a_second_version_and_a_second_tls_are_found() {
        let text = lock(&[("hyper", "0.14.1"), ("hyper", "1.6.0"), ("openssl-sys", "0.9.1")]);
        assert_eq!(
            broken(&text).expect("it is TOML"),
            ["`hyper` is locked twice: 0.14.1, 1.6.0", "`openssl-sys` is locked, and must not be"]
        );
        let text = lock(&[("hyper", "1.6.0"), ("syn", "1.0.0"), ("syn", "2.0.0")]);
        assert_eq!(broken(&text).expect("it is TOML"), [""; 0]);
    }

    #[test]
    fn the_budget_is_held() {
        let text = lock(&[("a", "1.0.0"); CRATES_MAX + 1]);
        assert_eq!(broken(&text).expect("it is TOML"), ["501 locked crates, at most 500"]);
    }
}
