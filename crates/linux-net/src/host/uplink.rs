//! Forwarding on the interfaces that lead out, for tasks that may leave.
//!
//! Task interfaces forward from the day they are made; the host's own do only once a task may
//! leave, since answers arrive there. Which ones were switched by us is kept in a file, so that
//! the host is not left a router afterwards, whatever crashed in between.
//!
//! INVARIANT: a name is in the file before its switch is turned.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

use super::{interface_names, routes};
use crate::{error::NetworkError, link::write_switch, netlink::Netlink};

/// Interfaces with a default route that do not forward yet, now recorded as ours to switch.
pub(crate) fn record(
    netlink: &mut Netlink,
    run_dir: &Path,
) -> Result<BTreeSet<String>, NetworkError> {
    let names = interface_names(netlink)?;
    let defaults = routes(netlink)?.into_iter().filter(|route| route.range.prefix() == 0);
    let uplinks: BTreeSet<&String> =
        defaults.filter_map(|route| names.get(&route.interface?)).collect();
    let mut recorded = list(run_dir)?;
    let count = recorded.len();
    recorded.extend(uplinks.into_iter().filter(|name| !forwards(name)).cloned());
    if recorded.len() > count {
        let text = recorded.iter().map(String::as_str).collect::<Vec<_>>().join("\n");
        fs::write(file(run_dir), text).map_err(|error| failed("record uplinks", error))?;
    }
    Ok(recorded)
}

/// The interfaces recorded so far.
pub(crate) fn list(run_dir: &Path) -> Result<BTreeSet<String>, NetworkError> {
    match fs::read_to_string(file(run_dir)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(BTreeSet::new()),
        other => other
            .map(|text| text.lines().map(str::to_owned).collect())
            .map_err(|error| failed("read recorded uplinks", error)),
    }
}

/// Turns forwarding on.
pub(crate) fn switch_on(names: &BTreeSet<String>) -> Result<(), NetworkError> {
    names.iter().try_for_each(|name| write_switch(&switch(name), "1"))
}

/// Turns forwarding off where it was turned on by us, and forgets it.
pub(crate) fn restore(run_dir: &Path) -> Result<(), NetworkError> {
    let recorded = list(run_dir)?;
    for name in &recorded {
        // An interface that is gone needs no switch.
        if forwards(name) {
            write_switch(&switch(name), "0")?;
        }
    }
    match fs::remove_file(file(run_dir)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(failed("forget recorded uplinks", error))
        }
        _ => Ok(()),
    }
}

fn forwards(name: &str) -> bool {
    let path = Path::new("/proc/sys/net").join(switch(name));
    fs::read_to_string(path).is_ok_and(|value| value.trim() == "1")
}

fn switch(name: &str) -> String {
    // A dot in an interface's name is a slash in `sysctl`, but stays a dot in the file's path.
    format!("ipv4/conf/{name}/forwarding")
}

fn file(run_dir: &Path) -> PathBuf {
    run_dir.join("uplinks")
}

fn failed(operation: &str, error: io::Error) -> NetworkError {
    NetworkError::kernel(operation, error)
}
