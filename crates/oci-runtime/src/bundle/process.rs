//! The OCI process: a container's own, and a command's in a running container.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::mounts::INIT_PATH;
use super::{BundleError, absolute};
use crate::spec::{ContainerSpec, Environment, ExecSpec, Ulimit};
use crate::user::{self, ResolvedUser};

/// COMPAT: the search path that Docker gives a container whose image names none.
const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const UMASK: u32 = 0o022;
const ULIMITS: &[&str] = &[
    "as",
    "core",
    "cpu",
    "data",
    "fsize",
    "locks",
    "memlock",
    "msgqueue",
    "nice",
    "nofile",
    "nproc",
    "rss",
    "rtprio",
    "rttime",
    "sigpending",
    "stack",
];

pub(super) fn container_process(
    spec: &ContainerSpec,
    user: &ResolvedUser,
    capabilities: &BTreeSet<String>,
) -> Result<Value, BundleError> {
    let process = &spec.process;
    let mut args = checked_args(&process.args)?;
    if spec.init.is_some() {
        args.splice(0..0, [INIT_PATH, "init", "--"].map(str::to_owned));
    }
    let mut environment = vec![("PATH".to_owned(), DEFAULT_PATH.to_owned())];
    environment.extend(spec.hostname.iter().map(|name| ("HOSTNAME".to_owned(), name.clone())));
    environment.push(("HOME".to_owned(), user.home.clone()));
    environment.extend(process.environment.0.iter().cloned());
    Ok(json!({
        "terminal": false,
        "user": user_value(user),
        "args": args,
        "env": environment_list(&environment)?,
        "cwd": absolute(&process.working_directory)?,
        "capabilities": capability_sets(user.uid, &json!(capabilities)),
        "rlimits": process.ulimits.iter().map(limit).collect::<Result<Vec<_>, _>>()?,
        "noNewPrivileges": process.no_new_privileges,
        "oomScoreAdj": process.oom_score_adjust,
    }))
}

/// A command in the container that this configuration made: its environment, limits and
/// rights, but for what the command asks to be different.
pub(crate) fn exec_process(config: &Value, exec: &ExecSpec) -> Result<Value, BundleError> {
    let mut process = config.get("process").cloned().ok_or(BundleError::NoConfiguration)?;
    process["args"] = json!(checked_args(&exec.args)?);
    if let Some(directory) = &exec.working_directory {
        process["cwd"] = json!(absolute(directory)?);
    }
    let mut environment: Vec<(String, String)> = process["env"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.as_str()?.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    environment.extend(exec.environment.0.iter().cloned());
    process["env"] = environment_list(&environment)?;
    if let Some(wish) = &exec.user {
        let root = config["root"]["path"].as_str().ok_or(BundleError::NoConfiguration)?;
        let user = user::resolve(Path::new(root), wish)?;
        let bounding = process["capabilities"]["bounding"].clone();
        process["capabilities"] = capability_sets(user.uid, &bounding);
        process["user"] = user_value(&user);
    }
    Ok(process)
}

fn user_value(user: &ResolvedUser) -> Value {
    json!({
        "uid": user.uid,
        "gid": user.gid,
        "additionalGids": user.supplementary,
        "umask": UMASK,
    })
}

/// COMPAT: as after an `execve`, a user other than root has none of what it could get.
fn capability_sets(uid: u32, capabilities: &Value) -> Value {
    if uid == 0 {
        json!({ "bounding": capabilities, "effective": capabilities, "permitted": capabilities })
    } else {
        json!({ "bounding": capabilities })
    }
}

fn checked_args(args: &[String]) -> Result<Vec<String>, BundleError> {
    if args.first().is_none_or(String::is_empty) {
        return Err(BundleError::NoCommand);
    }
    if args.iter().any(|arg| arg.contains('\0')) {
        return Err(BundleError::Argument);
    }
    Ok(args.to_vec())
}

/// One entry a name, the last value, in the order of first mention.
fn environment_list(variables: &[(String, String)]) -> Result<Value, BundleError> {
    let mut list: Vec<(&str, &str)> = Vec::with_capacity(variables.len());
    for (name, value) in variables {
        if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
            return Err(BundleError::Environment(name.clone()));
        }
        match list.iter_mut().find(|(known, _)| known == name) {
            Some(entry) => entry.1 = value,
            None => list.push((name, value)),
        }
    }
    let entries: Vec<String> = list.iter().map(|(name, value)| format!("{name}={value}")).collect();
    Ok(json!(entries))
}

fn limit(limit: &Ulimit) -> Result<Value, BundleError> {
    let name = limit.name.to_ascii_lowercase();
    if !ULIMITS.contains(&name.as_str()) {
        return Err(BundleError::UnknownUlimit(limit.name.clone()));
    }
    let kind = format!("RLIMIT_{}", name.to_ascii_uppercase());
    Ok(json!({ "type": kind, "soft": limit.soft, "hard": limit.hard }))
}

impl Environment {
    pub fn new<N: Into<String>, V: Into<String>>(
        variables: impl IntoIterator<Item = (N, V)>,
    ) -> Self {
        Self(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_value_of_a_variable_wins() {
        let variables = Environment::new([("A", "1"), ("B", "2"), ("A", "3=4")]);
        let list = environment_list(&variables.0).expect("valid names");
        assert_eq!(list, json!(["A=3=4", "B=2"]));
    }

    #[test]
    fn a_name_with_an_equals_sign_is_refused() {
        let variables = Environment::new([("A=B", "1")]);
        assert!(environment_list(&variables.0).is_err());
    }

    #[test]
    fn an_ordinary_user_starts_without_capabilities() {
        let set = json!(["CAP_CHOWN"]);
        assert_eq!(capability_sets(1, &set).get("effective"), None);
        assert_eq!(capability_sets(0, &set)["effective"], set);
    }

    #[test]
    fn a_command_inherits_all_but_what_it_changes() {
        let config = json!({
            "root": { "path": "/sys" },
            "process": {
                "args": ["web"], "env": ["A=1"], "cwd": "/srv",
                "capabilities": { "bounding": ["CAP_CHOWN"], "effective": ["CAP_CHOWN"] },
            },
        });
        let exec = ExecSpec {
            args: vec!["check".to_owned()],
            environment: Environment::new([("B", "2")]),
            user: Some("7".to_owned()),
            working_directory: None,
            timeout: std::time::Duration::from_secs(1),
        };
        let process = exec_process(&config, &exec).expect("a valid command");
        assert_eq!(process["env"], json!(["A=1", "B=2"]));
        assert_eq!(process["cwd"], "/srv");
        assert_eq!(process["capabilities"], json!({ "bounding": ["CAP_CHOWN"] }));
    }
}
