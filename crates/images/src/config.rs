//! What an image says about running it.
//!
//! [`ImageConfig`] is what the rest of the node sees; [`ConfigFile`] is the JSON document as
//! Docker and OCI write it, where any field may be absent or null.

use std::collections::BTreeMap;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::error::ImageError;

/// An image's defaults, which a task definition may override.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ImageConfig {
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
    /// `NAME=value` each.
    pub environment: Vec<String>,
    /// Empty for root; else `user`, `uid`, `user:group` or `uid:gid`.
    pub user: String,
    /// Empty for `/`.
    pub working_directory: String,
    pub health_check: Option<HealthCheck>,
    pub stop_signal: Option<String>,
    pub volumes: Vec<String>,
    /// `80/tcp` each.
    pub exposed_ports: Vec<String>,
    pub labels: BTreeMap<String, String>,
    /// `amd64`, `arm64`, …; empty where the image does not say.
    pub architecture: String,
    pub operating_system: String,
}

/// The image's own health check. A duration that is absent is left to the runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HealthCheck {
    /// `CMD …`, `CMD-SHELL …` or `NONE`.
    pub test: Vec<String>,
    pub interval: Option<Duration>,
    pub timeout: Option<Duration>,
    pub start_period: Option<Duration>,
    pub retries: Option<u32>,
}

impl ImageConfig {
    pub(crate) fn from_file(file: &ConfigFile) -> ImageConfig {
        let run = file.config.clone().unwrap_or_default();
        ImageConfig {
            entrypoint: run.entrypoint.unwrap_or_default(),
            command: run.cmd.unwrap_or_default(),
            environment: run.env.unwrap_or_default(),
            user: run.user.unwrap_or_default(),
            working_directory: run.working_dir.unwrap_or_default(),
            health_check: run.healthcheck.and_then(HealthCheck::from_file),
            stop_signal: run.stop_signal.filter(|signal| !signal.is_empty()),
            volumes: names(run.volumes),
            exposed_ports: names(run.exposed_ports),
            labels: run.labels.unwrap_or_default(),
            architecture: file.architecture.clone().unwrap_or_default(),
            operating_system: file.os.clone().unwrap_or_default(),
        }
    }
}

impl HealthCheck {
    /// An empty test means "as in the base image", which is to say none by now.
    fn from_file(file: HealthCheckFile) -> Option<HealthCheck> {
        let test = file.test.unwrap_or_default();
        (!test.is_empty()).then(|| HealthCheck {
            test,
            interval: duration(file.interval),
            timeout: duration(file.timeout),
            start_period: duration(file.start_period),
            retries: file.retries.filter(|retries| *retries > 0),
        })
    }
}

/// The config document of an image.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct ConfigFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) architecture: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) os: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) config: Option<RunFile>,
    pub(crate) rootfs: RootfsFile,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(crate) struct RootfsFile {
    #[serde(rename = "type")]
    pub(crate) kind: String,
    /// Bottom first.
    #[serde(default, deserialize_with = "null_is_empty")]
    pub(crate) diff_ids: Vec<Digest>,
}

type Names = BTreeMap<String, serde_json::Value>;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct RunFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) entrypoint: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cmd: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) env: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) user: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) working_dir: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) healthcheck: Option<HealthCheckFile>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stop_signal: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) volumes: Option<Names>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) exposed_ports: Option<Names>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) labels: Option<BTreeMap<String, String>>,
}

/// Durations are nanoseconds, zero for "not said".
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct HealthCheckFile {
    #[serde(skip_serializing_if = "Option::is_none")]
    test: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    interval: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeout: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start_period: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    retries: Option<u32>,
}

impl ConfigFile {
    pub(crate) fn parse(bytes: &[u8]) -> Result<ConfigFile, ImageError> {
        serde_json::from_slice(bytes)
            .map_err(|error| ImageError::malformed(format!("its config cannot be read: {error}")))
    }

    /// The document of an image built here.
    pub(crate) fn from_config(config: &ImageConfig, diff_ids: Vec<Digest>) -> ConfigFile {
        ConfigFile {
            architecture: Some(config.architecture.clone()).filter(|text| !text.is_empty()),
            os: Some(config.operating_system.clone()).filter(|text| !text.is_empty()),
            config: Some(RunFile::from_config(config)),
            rootfs: RootfsFile { kind: "layers".to_owned(), diff_ids },
        }
    }
}

impl RunFile {
    fn from_config(config: &ImageConfig) -> RunFile {
        RunFile {
            entrypoint: some_list(&config.entrypoint),
            cmd: some_list(&config.command),
            env: some_list(&config.environment),
            user: some_text(&config.user),
            working_dir: some_text(&config.working_directory),
            healthcheck: config.health_check.as_ref().map(HealthCheckFile::from_check),
            stop_signal: config.stop_signal.clone(),
            volumes: some_names(&config.volumes),
            exposed_ports: some_names(&config.exposed_ports),
            labels: Some(config.labels.clone()).filter(|labels| !labels.is_empty()),
        }
    }
}

impl HealthCheckFile {
    fn from_check(check: &HealthCheck) -> HealthCheckFile {
        HealthCheckFile {
            test: Some(check.test.clone()),
            interval: check.interval.map(nanoseconds),
            timeout: check.timeout.map(nanoseconds),
            start_period: check.start_period.map(nanoseconds),
            retries: check.retries,
        }
    }
}

/// An empty list, as tools written in Go may put it.
pub(crate) fn null_is_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

fn names(map: Option<Names>) -> Vec<String> {
    map.unwrap_or_default().into_keys().collect()
}

fn duration(nanoseconds: Option<i64>) -> Option<Duration> {
    let positive = nanoseconds.and_then(|value| u64::try_from(value).ok());
    positive.filter(|value| *value > 0).map(Duration::from_nanos)
}

fn nanoseconds(duration: Duration) -> i64 {
    i64::try_from(duration.as_nanos()).unwrap_or(i64::MAX)
}

fn some_list(list: &[String]) -> Option<Vec<String>> {
    (!list.is_empty()).then(|| list.to_vec())
}

fn some_text(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn some_names(list: &[String]) -> Option<Names> {
    let object = || serde_json::Value::Object(serde_json::Map::new());
    (!list.is_empty()).then(|| list.iter().map(|name| (name.clone(), object())).collect())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn nulls_and_absent_fields_are_empty() {
        let text = r#"{"architecture":"amd64","os":"linux",
            "config":{"Entrypoint":null,"Cmd":["sh"],"Volumes":null,"Labels":null,
                "Healthcheck":{"Test":["NONE"],"Interval":0},"StopSignal":""},
            "rootfs":{"type":"layers","diff_ids":null},"history":[{"created_by":"x"}]}"#;
        let config = ImageConfig::from_file(&ConfigFile::parse(text.as_bytes()).expect("valid"));
        expect![[r#"
            ImageConfig {
                entrypoint: [],
                command: [
                    "sh",
                ],
                environment: [],
                user: "",
                working_directory: "",
                health_check: Some(
                    HealthCheck {
                        test: [
                            "NONE",
                        ],
                        interval: None,
                        timeout: None,
                        start_period: None,
                        retries: None,
                    },
                ),
                stop_signal: None,
                volumes: [],
                exposed_ports: [],
                labels: {},
                architecture: "amd64",
                operating_system: "linux",
            }
        "#]]
        .assert_debug_eq(&config);
    }

    #[test]
    fn a_config_survives_its_document() {
        let config = ImageConfig {
            entrypoint: vec!["/bin/web".into()],
            command: vec!["serve".into()],
            environment: vec!["A=1".into()],
            user: "1000:1000".into(),
            working_directory: "/srv".into(),
            health_check: Some(HealthCheck {
                test: vec!["CMD".into(), "/bin/check".into()],
                interval: Some(Duration::from_secs(5)),
                timeout: Some(Duration::from_millis(1500)),
                start_period: None,
                retries: Some(3),
            }),
            stop_signal: Some("SIGINT".into()),
            volumes: vec!["/data".into()],
            exposed_ports: vec!["80/tcp".into()],
            labels: BTreeMap::from([("k".to_owned(), "v".to_owned())]),
            architecture: "amd64".into(),
            operating_system: "linux".into(),
        };
        let file = ConfigFile::from_config(&config, vec![Digest::of(b"layer")]);
        let bytes = serde_json::to_vec(&file).expect("plain data");
        let read = ConfigFile::parse(&bytes).expect("just written");
        assert_eq!(ImageConfig::from_file(&read), config);
        assert_eq!(read.rootfs.diff_ids, [Digest::of(b"layer")]);
    }

    #[test]
    fn a_digest_that_is_a_path_is_refused() {
        let text = r#"{"rootfs":{"type":"layers","diff_ids":["sha256:../../x"]}}"#;
        let error = ConfigFile::parse(text.as_bytes()).expect_err("no digest");
        assert!(error.to_string().contains("is not a sha256 digest"), "{error}");
    }
}
