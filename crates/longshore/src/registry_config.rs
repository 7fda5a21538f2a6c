//! Credentials of registries, from a file in the form of Docker's `config.json`.
//!
//! The file is read when a pull needs it: what changes in it holds from the next pull on, and
//! no secret stays in memory between two.
//!
//! INVARIANT: no text of the file is in an error or a log but registries' names.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use images::RegistryAuth;
use serde::Deserialize;
use zeroize::Zeroizing;

/// LIMIT: the file's size.
const FILE_BYTES_MAX: u64 = 1 << 20;

/// Where the credentials are; nowhere, unless `up` was told.
#[derive(Clone, Debug, Default)]
pub(crate) struct RegistryConfig {
    path: Option<PathBuf>,
}

#[derive(Deserialize)]
struct File {
    #[serde(default)]
    auths: BTreeMap<String, Entry>,
    #[serde(rename = "credsStore")]
    store: Option<String>,
    #[serde(default, rename = "credHelpers")]
    helpers: BTreeMap<String, String>,
}

#[derive(Deserialize)]
struct Entry {
    /// Base64 of `username:password`.
    auth: Option<Zeroizing<String>>,
    username: Option<String>,
    password: Option<Zeroizing<String>>,
    #[serde(rename = "identitytoken")]
    identity_token: Option<Zeroizing<String>>,
    #[serde(rename = "registrytoken")]
    registry_token: Option<Zeroizing<String>>,
}

impl RegistryConfig {
    pub(crate) fn new(path: Option<PathBuf>) -> RegistryConfig {
        RegistryConfig { path }
    }

    /// Refuses a file that could not be used.
    pub(crate) fn check(&self) -> Result<()> {
        if let Some(path) = &self.path {
            read(path)?;
        }
        Ok(())
    }

    /// What to say to this registry (`host` or `host:port`).
    pub(crate) async fn auth(&self, registry: &str) -> Result<RegistryAuth> {
        let Some(path) = self.path.clone() else { return Ok(RegistryAuth::Anonymous) };
        let mut known = tokio::task::spawn_blocking(move || read(&path))
            .await
            .context("reading registry credentials was cut off")??;
        Ok(known.remove(registry).unwrap_or(RegistryAuth::Anonymous))
    }
}

/// The credentials by registry.
fn read(path: &Path) -> Result<BTreeMap<String, RegistryAuth>> {
    let name = path.display();
    let size = std::fs::metadata(path).with_context(|| format!("cannot read `{name}`"))?.len();
    anyhow::ensure!(size <= FILE_BYTES_MAX, "`{name}` is larger than {FILE_BYTES_MAX} bytes");
    let text =
        Zeroizing::new(std::fs::read(path).with_context(|| format!("cannot read `{name}`"))?);
    parse(&text).with_context(|| format!("`{name}` cannot be used"))
}

fn parse(text: &[u8]) -> Result<BTreeMap<String, RegistryAuth>> {
    let file: File = serde_json::from_slice(text).map_err(|error| {
        // Its own text may repeat what is in the file.
        let (line, column) = (error.line(), error.column());
        anyhow::anyhow!("line {line}, column {column} is not as in Docker's `config.json`")
    })?;
    if let Some(store) = &file.store {
        bail!("credential helper `{store}` of `credsStore` is not supported: put `auth` there");
    }
    if let Some((registry, helper)) = file.helpers.iter().next() {
        bail!("credential helper `{helper}` of `{registry}` is not supported: put `auth` there");
    }
    let entries = file.auths.into_iter();
    entries.map(|(key, entry)| Ok((registry_of(&key)?, auth_of(&key, entry)?))).collect()
}

/// COMPAT: a key may be an address (`https://index.docker.io/v1/`); of it the host counts.
fn registry_of(key: &str) -> Result<String> {
    let bare = key.strip_prefix("https://").or(key.strip_prefix("http://")).unwrap_or(key);
    let (host, path) = bare.split_once('/').unwrap_or((bare, ""));
    if !matches!(path.trim_end_matches('/'), "" | "v1" | "v2") {
        bail!("credentials for a part of a registry, `{key}`, are refused: name its host");
    }
    Ok(match host {
        "index.docker.io" | "registry-1.docker.io" => "docker.io".to_owned(),
        host => host.to_owned(),
    })
}

fn auth_of(key: &str, entry: Entry) -> Result<RegistryAuth> {
    if entry.identity_token.is_some() || entry.registry_token.is_some() {
        bail!("the token of `{key}` is not supported: put `auth` there");
    }
    if let Some(auth) = entry.auth.filter(|auth| !auth.is_empty()) {
        return basic(&auth).with_context(|| {
            format!("`auth` of `{key}` is not the base64 of `username:password`")
        });
    }
    match (entry.username, entry.password) {
        (Some(username), Some(password)) => Ok(RegistryAuth::Basic { username, password }),
        (None, None) => Ok(RegistryAuth::Anonymous),
        _ => bail!("`{key}` has a username or a password, but not both"),
    }
}

fn basic(auth: &str) -> Option<RegistryAuth> {
    let decoded = Zeroizing::new(STANDARD.decode(auth.trim()).ok()?);
    let (username, password) = std::str::from_utf8(&decoded).ok()?.split_once(':')?;
    let password = Zeroizing::new(password.trim_end_matches('\0').to_owned());
    Some(RegistryAuth::Basic { username: username.to_owned(), password })
}

#[cfg(test)]
mod tests {
    use std::fmt::Write as _;

    use expect_test::{Expect, expect};

    use super::*;

    fn check(text: &str, expected: &Expect) {
        let mut shown = String::new();
        match parse(text.as_bytes()) {
            Ok(known) => {
                for (registry, auth) in known {
                    let auth = match auth {
                        RegistryAuth::Basic { username, password } => {
                            format!("{username} {}", password.as_str())
                        }
                        other => format!("{other:?}"),
                    };
                    let _ = writeln!(shown, "{registry}: {auth}");
                }
            }
            Err(error) => {
                let _ = writeln!(shown, "{error:#}");
                assert!(!shown.contains("hunter2") && !format!("{error:?}").contains("hunter2"));
            }
        }
        expected.assert_eq(&shown);
    }

    #[test]
    fn credentials_are_found_by_their_registrys_host() {
        check(
            r#"{"auths": {
                "https://index.docker.io/v1/": {"auth": "bWU6aHVudGVyMjp4"},
                "registry.test:5000": {"username": "you", "password": "hunter2"},
                "open.test": {}
            }, "psFormat": "x"}"#,
            &expect![[r#"
                docker.io: me hunter2:x
                open.test: Anonymous
                registry.test:5000: you hunter2
            "#]],
        );
    }

    #[test]
    fn what_cannot_be_honoured_is_refused_by_name() {
        check(
            r#"{"credsStore": "desktop"}"#,
            &expect![[r#"
                credential helper `desktop` of `credsStore` is not supported: put `auth` there
            "#]],
        );
        check(
            r#"{"credHelpers": {"gcr.io": "gcloud"}}"#,
            &expect![[r#"
                credential helper `gcloud` of `gcr.io` is not supported: put `auth` there
            "#]],
        );
        check(
            r#"{"auths": {"a.test/team": {"auth": "bWU6aHVudGVyMg=="}}}"#,
            &expect![[r#"
                credentials for a part of a registry, `a.test/team`, are refused: name its host
            "#]],
        );
        check(
            r#"{"auths": {"a.test": {"identitytoken": "hunter2"}}}"#,
            &expect![[r#"
                the token of `a.test` is not supported: put `auth` there
            "#]],
        );
    }

    #[test]
    fn no_secret_is_repeated_by_a_complaint() {
        check(
            r#"{"auths": {"a.test": "hunter2"}}"#,
            &expect![[r#"
                line 1, column 30 is not as in Docker's `config.json`
            "#]],
        );
        check(
            r#"{"auths": {"a.test": {"auth": "hunter2"}}}"#,
            &expect![[r#"
                `auth` of `a.test` is not the base64 of `username:password`
            "#]],
        );
        check(
            r#"{"auths": {"a.test": {"password": "hunter2"}}}"#,
            &expect![[r#"
                `a.test` has a username or a password, but not both
            "#]],
        );
    }
}
