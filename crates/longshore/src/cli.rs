//! The command line.

mod configure;
mod denied;
mod deployments;
mod doctor;
mod down;
mod env;
mod explain;
mod image;
mod logs;
mod master_key;
mod page;
mod preview;
mod service;
mod status;
mod up;

use std::ffi::OsString;
use std::io::IsTerminal as _;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::config::Paths;
use crate::roles::{self, Role};

/// Where an instance keeps its state unless told otherwise.
const DATA_DIR_DEFAULT: &str = "/var/lib/longshore";

#[derive(Debug, Parser)]
#[command(name = "longshore", version, about = "The Amazon ECS you own.")]
struct Arguments {
    /// Where the instance keeps its state.
    #[arg(long, global = true, env = "LONGSHORE_DATA_DIR", default_value = DATA_DIR_DEFAULT)]
    data_dir: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Start Longshore on this host.
    Up(up::Arguments),
    /// Stop Longshore and take away all it has on this host; its state is kept.
    Down,
    /// Say what runs.
    Status(status::Arguments),
    /// Print the exports that point AWS clients here.
    Env,
    /// Write an AWS CLI profile that points here.
    Configure(configure::Arguments),
    /// Show what a service's tasks write.
    Logs(logs::Arguments),
    /// Show how a service's deployment goes.
    #[command(subcommand)]
    Deployments(deployments::Command),
    /// Say what an update would do, before it is made.
    #[command(subcommand)]
    Preview(preview::Command),
    /// Say what passes, and what decides on it.
    #[command(subcommand)]
    Explain(explain::Command),
    /// Import, list and remove images.
    #[command(subcommand)]
    Image(image::Command),
    /// Change the key that all secrets are encrypted under.
    #[command(subcommand)]
    MasterKey(master_key::Command),
    /// Say what this host lacks, and the command that mends it.
    Doctor,
    /// One process of `up`.
    #[command(hide = true)]
    Role {
        role: Role,
        #[arg(long)]
        config: PathBuf,
    },
}

pub(crate) fn run(arguments: Vec<OsString>) -> Result<ExitCode> {
    let arguments = Arguments::parse_from(arguments);
    start_logging();
    match arguments.command {
        Command::Role { role, config } => roles::run(role, &config)?,
        Command::Up(up) => up::run(&arguments.data_dir, &up)?,
        Command::Down => down::run(&Paths::of(&arguments.data_dir)?)?,
        Command::Status(status) => status::run(&Paths::of(&arguments.data_dir)?, &status)?,
        Command::Env => env::run(&Paths::of(&arguments.data_dir)?)?,
        Command::Configure(command) => {
            configure::run(&Paths::of(&arguments.data_dir)?, &command)?;
        }
        Command::Logs(logs) => logs::run(&Paths::of(&arguments.data_dir)?, &logs)?,
        Command::Deployments(command) => {
            deployments::run(&Paths::of(&arguments.data_dir)?, &command)?;
        }
        Command::Preview(command) => {
            preview::run(&Paths::of(&arguments.data_dir)?, &command)?;
        }
        Command::Explain(command) => {
            return explain::run(&Paths::of(&arguments.data_dir)?, &command);
        }
        Command::Image(command) => image::run(&Paths::of(&arguments.data_dir)?, &command)?,
        Command::MasterKey(command) => {
            master_key::run(&Paths::of(&arguments.data_dir)?, &command)?;
        }
        Command::Doctor => return Ok(doctor::run()),
    }
    Ok(ExitCode::SUCCESS)
}

/// Says what went wrong, with its causes.
#[expect(clippy::print_stderr, reason = "this is the command line")]
pub(crate) fn complain(error: &anyhow::Error) {
    eprintln!("longshore: {error:#}");
}

/// One line on standard output.
#[expect(clippy::print_stdout, reason = "this is the command line")]
fn say(text: impl std::fmt::Display) {
    println!("{text}");
}

fn start_logging() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("LONGSHORE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("warn,longshore=info,control=info,node=info"));
    // It shows whole requests and the signatures it expects, and takes every refusal for an error.
    let filter = "s3s=off".parse().map_or(filter.clone(), |quiet| filter.add_directive(quiet));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        // Said on standard error, of all places: where that is closed it would be a panic.
        .log_internal_errors(false)
        .init();
}

/// A runtime for commands that talk to a running instance.
fn client_runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}
