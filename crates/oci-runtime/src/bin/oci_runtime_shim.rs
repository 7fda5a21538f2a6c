//! The shim and the init program by themselves, as this crate's tests start them.

use std::ffi::OsString;
use std::process::ExitCode;

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1);
    let role = args.next();
    let rest: Vec<OsString> = args.collect();
    match role.as_deref().and_then(std::ffi::OsStr::to_str) {
        Some("shim") => oci_runtime::shim::run(rest),
        Some("init") => oci_runtime::init::run(rest),
        _ => ExitCode::from(64),
    }
}
