//! The longshore binary: command line, configuration, roles, wiring.
//!
//! Three of its commands are not for people: `role` runs one process of `up`,
//! `shim` holds one task, `init` is process 1 of a container that asks for one.

#![forbid(unsafe_code)]

mod admin;
mod cli;
mod clock;
mod config;
mod credentials;
mod host;
mod image_service;
mod node_key;
mod registry_config;
mod roles;

use std::ffi::OsString;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    // Before anything else is set up: there is one shim for each task, and it stays small.
    match arguments.next() {
        Some(word) if word == "shim" => return oci_runtime::shim::run(arguments.collect()),
        Some(word) if word == "init" => return oci_runtime::init::run(arguments.collect()),
        Some(_) | None => {}
    }
    match cli::run(std::env::args_os().collect::<Vec<OsString>>()) {
        Ok(code) => code,
        Err(error) => {
            cli::complain(&error);
            ExitCode::FAILURE
        }
    }
}
