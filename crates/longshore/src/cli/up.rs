//! `longshore up`: checks the host, starts the roles, and stays until it is told to end.

use std::fs::File;
use std::io::{Read as _, Seek as _, Write as _};
use std::net::SocketAddr;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result, bail};
use axum::http::Uri;
use model::Cidr;
use rustix::fs::{FlockOperation, flock};

use super::{doctor, say};
use vault::MasterKeys;

use crate::config::{Auth, Config, Paths};
use crate::credentials::RootCredentials;
use crate::node_key;
use crate::registry_config::RegistryConfig;
use crate::roles::supervisor::Supervisor;
use crate::roles::{stop_on_signal, teardown};

/// Of the host's memory, what is left to the host itself.
const MEMORY_SHARE_OF_HOST: u64 = 10;
/// A few images' worth.
const IMAGE_CACHE_MIB_DEFAULT: u32 = 2048;
const DYNAMODB_PROGRAM: &str = "longshore-dynamodb";

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    /// Where the API listens.
    #[arg(long, default_value = "127.0.0.1:4566")]
    listen: SocketAddr,
    /// Whether signatures are verified.
    #[arg(long, value_enum, default_value = "verify")]
    auth: Auth,
    /// The account of the root credentials.
    #[arg(long, default_value = "000000000000")]
    account: String,
    /// The region of requests that name none.
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// The range of each region's default VPC.
    #[arg(long, default_value = "172.31.0.0/16")]
    vpc_cidr: String,
    /// The range of public addresses: of tasks that ask for one, and of Elastic IPs.
    #[arg(long, default_value = "198.18.0.0/16")]
    public_cidr: String,
    /// The OCI runtime program.
    #[arg(long, default_value = "runc")]
    runtime: PathBuf,
    /// A registry to speak plain HTTP with; can be given more than once.
    #[arg(long = "insecure-registry")]
    insecure_registries: Vec<String>,
    /// Credentials of registries, in the form of Docker's `config.json`.
    #[arg(long, value_name = "FILE")]
    registry_config: Option<PathBuf>,
    /// The key that secrets are encrypted with; made in the data directory unless given.
    #[arg(long, value_name = "FILE")]
    master_key: Option<PathBuf>,
    /// Of images that nothing needs any more, so much is kept for the next task that may.
    #[arg(long, default_value_t = IMAGE_CACHE_MIB_DEFAULT)]
    image_cache_mib: u32,
    /// The program that keeps DynamoDB's tables, `longshore-dynamodb`; looked for beside this
    /// program and on the path unless given.
    #[arg(long, value_name = "FILE")]
    dynamodb: Option<PathBuf>,
    /// Where a Lambda API answers for the functions of lifecycle hooks: `http://HOST:PORT`.
    #[arg(long, value_name = "URL")]
    lambda_endpoint: Option<String>,
    /// CPU units that tasks may take, 1,024 a core; all of the host's unless given.
    #[arg(long)]
    cpu_units: Option<u32>,
    /// Memory that tasks may take; nine tenths of the host's unless given.
    #[arg(long)]
    memory_mib: Option<u32>,
    /// Return when everything serves, and go on in the background.
    #[arg(long, short)]
    detach: bool,
    /// Says on this descriptor's pipe that everything serves.
    #[arg(long, hide = true)]
    announce: bool,
}

pub(super) fn run(data_dir: &Path, arguments: &Arguments) -> Result<()> {
    if arguments.detach {
        return detach(data_dir);
    }
    let paths = Paths::of(data_dir)?;
    doctor::require()?;
    let config = configuration(&paths, arguments)?;
    paths.create()?;
    let _lock = lock(&paths)?;
    RootCredentials::read_or_make(&paths.credentials(), &config.account)?;
    MasterKeys::read_or_make(&config.master_key)?;
    node_key::make(&paths.node_key())?;
    config.write(&paths.config())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(supervise(&paths, &config, arguments.announce))
}

async fn supervise(paths: &Paths, config: &Config, announce: bool) -> Result<()> {
    let stop = stop_on_signal()?;
    let supervisor = Supervisor::new(&paths.config())?;
    let started = tokio::select! {
        started = supervisor.start() => started,
        () = stop.cancelled() => Ok(()),
    };
    match started {
        Ok(()) if !stop.is_cancelled() => {
            greet(config, announce);
            stop.cancelled().await;
            tracing::info!("ending");
        }
        Ok(()) => {}
        Err(error) => {
            supervisor.stop().await;
            teardown::run(paths).await?;
            return Err(error);
        }
    }
    supervisor.stop().await;
    teardown::run(paths).await
}

fn greet(config: &Config, announce: bool) {
    let endpoint = format!("http://{}", config.listen);
    say(format_args!("Longshore is up: {endpoint}"));
    say("");
    say("  eval \"$(longshore env)\"       point AWS clients here");
    say("  aws ecs create-cluster        and go on as on AWS");
    say("  longshore status              what runs");
    say("  longshore down                stop, and leave nothing behind");
    if announce {
        // The pipe's reader waits for its end.
        let _ = std::io::stdout().flush();
        if let Ok(null) = File::options().write(true).open("/dev/null") {
            let _ = rustix::stdio::dup2_stdout(&null);
        }
    }
}

/// Starts `up` again as a session of its own, and returns when that one serves.
fn detach(data_dir: &Path) -> Result<()> {
    let paths = Paths::of(data_dir)?;
    let log_path = paths.data_dir.join("longshore.log");
    let log = File::options().create(true).append(true).open(&log_path)?;
    let given: Vec<_> =
        std::env::args_os().skip(1).filter(|word| word != "--detach" && word != "-d").collect();
    let mut child = std::process::Command::new(std::env::current_exe()?)
        .args(given)
        .arg("--announce")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .process_group(0)
        .spawn()?;
    let mut output = child.stdout.take().context("its output is not there")?;
    let mut text = String::new();
    output.read_to_string(&mut text)?;
    if text.is_empty() {
        let status = child.wait()?;
        let log = std::fs::read_to_string(&log_path).unwrap_or_default();
        let last = log.lines().rev().take(5).collect::<Vec<_>>();
        let last: Vec<&str> = last.into_iter().rev().collect();
        bail!("it did not start ({status}):\n{}", last.join("\n"));
    }
    say(text.trim_end());
    Ok(())
}

/// Held as long as this instance is up; says whose it is.
pub(super) fn lock(paths: &Paths) -> Result<File> {
    let path = paths.lock();
    let mut file =
        File::options().read(true).write(true).create(true).truncate(false).open(&path)?;
    if flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        let mut holder = String::new();
        file.read_to_string(&mut holder)?;
        bail!("it is up already, as process {}; `longshore down` stops it", holder.trim());
    }
    file.set_len(0)?;
    file.rewind()?;
    writeln!(file, "{}", std::process::id())?;
    Ok(file)
}

fn configuration(paths: &Paths, arguments: &Arguments) -> Result<Config> {
    let (vpc_cidr, public_cidr) = ranges(arguments)?;
    let digits = arguments.account.bytes().all(|byte| byte.is_ascii_digit());
    anyhow::ensure!(
        arguments.account.len() == 12 && digits,
        "`--account {}` is not 12 digits",
        arguments.account
    );
    anyhow::ensure!(
        arguments.auth == Auth::Verify || arguments.listen.ip().is_loopback(),
        "`--auth any` lets everybody in, so it listens on loopback only, not on `{}`",
        arguments.listen
    );
    let (cpu_units, memory_mib) = capacity()?;
    Ok(Config {
        data_dir: paths.data_dir.clone(),
        listen: arguments.listen,
        auth: arguments.auth,
        account: arguments.account.clone(),
        region: arguments.region.clone(),
        vpc_cidr,
        public_cidr,
        runtime: doctor::find_program(&arguments.runtime)
            .with_context(|| format!("`{}` is not installed", arguments.runtime.display()))?,
        cpu_units: arguments.cpu_units.unwrap_or(cpu_units),
        memory_mib: arguments.memory_mib.unwrap_or(memory_mib),
        insecure_registries: arguments.insecure_registries.clone(),
        registry_credentials: registry_credentials(arguments)?,
        master_key: master_key(paths, arguments)?,
        lambda_endpoint: lambda_endpoint(arguments)?,
        dynamodb: dynamodb(arguments)?,
        image_cache_bytes: u64::from(arguments.image_cache_mib) << 20,
    })
}

/// The default VPCs' range and that of public addresses.
fn ranges(arguments: &Arguments) -> Result<(Cidr, Cidr)> {
    let vpc_cidr = Cidr::parse(&arguments.vpc_cidr)?;
    anyhow::ensure!(
        (16..=24).contains(&vpc_cidr.prefix()),
        "`--vpc-cidr {vpc_cidr}` is not between /16 and /24"
    );
    let public_cidr = Cidr::parse(&arguments.public_cidr)?;
    anyhow::ensure!(
        (16..=28).contains(&public_cidr.prefix()),
        "`--public-cidr {public_cidr}` is not between /16 and /28"
    );
    anyhow::ensure!(
        !public_cidr.overlaps(vpc_cidr),
        "`--public-cidr {public_cidr}` overlaps `--vpc-cidr {vpc_cidr}`"
    );
    Ok((vpc_cidr, public_cidr))
}

/// By its absolute path, since roles are elsewhere.
fn master_key(paths: &Paths, arguments: &Arguments) -> Result<PathBuf> {
    let Some(given) = &arguments.master_key else { return Ok(paths.master_key()) };
    given.canonicalize().with_context(|| format!("`--master-key {}`", given.display()))
}

fn lambda_endpoint(arguments: &Arguments) -> Result<Option<String>> {
    let Some(given) = &arguments.lambda_endpoint else { return Ok(None) };
    let parsed: Uri =
        given.parse().with_context(|| format!("`--lambda-endpoint {given}` is not a URL"))?;
    anyhow::ensure!(
        parsed.scheme_str() == Some("http") && parsed.host().is_some(),
        "`--lambda-endpoint {given}` does not begin with `http://` and a host"
    );
    Ok(Some(given.clone()))
}

/// Who has no use for DynamoDB does not need the program: without it, its calls are refused.
fn dynamodb(arguments: &Arguments) -> Result<Option<PathBuf>> {
    if let Some(given) = &arguments.dynamodb {
        let found = given.canonicalize();
        return found.map(Some).with_context(|| format!("cannot find `{}`", given.display()));
    }
    let beside = std::env::current_exe()?.with_file_name(DYNAMODB_PROGRAM);
    if beside.is_file() {
        return Ok(Some(beside));
    }
    Ok(doctor::find_program(Path::new(DYNAMODB_PROGRAM)))
}

/// By its absolute path, since roles are elsewhere; refused here rather than at the first pull.
fn registry_credentials(arguments: &Arguments) -> Result<Option<PathBuf>> {
    let Some(given) = &arguments.registry_config else { return Ok(None) };
    let path =
        given.canonicalize().with_context(|| format!("cannot read `{}`", given.display()))?;
    RegistryConfig::new(Some(path.clone())).check()?;
    Ok(Some(path))
}

/// All of the host's processors, and its memory but for a share.
fn capacity() -> Result<(u32, u32)> {
    let processors = std::thread::available_parallelism()?.get();
    let info = rustix::system::sysinfo();
    let memory_bytes = info.totalram * u64::from(info.mem_unit);
    let usable = memory_bytes - memory_bytes / MEMORY_SHARE_OF_HOST;
    let cpu_units = u32::try_from(processors).unwrap_or(u32::MAX / 1024) * 1024;
    Ok((cpu_units, u32::try_from(usable >> 20).unwrap_or(u32::MAX)))
}
