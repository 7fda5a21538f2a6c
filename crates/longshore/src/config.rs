//! What `up` was told, and where everything of an instance lies.
//!
//! `up` writes it down once; the roles that it starts read it, so that all of them
//! have the same.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use model::Cidr;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// Where instances keep what must not outlive the machine's run.
const RUN_ROOT: &str = "/run/longshore";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Config {
    pub(crate) data_dir: PathBuf,
    pub(crate) listen: SocketAddr,
    pub(crate) auth: Auth,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) vpc_cidr: Cidr,
    pub(crate) public_cidr: Cidr,
    /// The OCI runtime program, by absolute path.
    pub(crate) runtime: PathBuf,
    /// CPU units and MiB that tasks may take.
    pub(crate) cpu_units: u32,
    pub(crate) memory_mib: u32,
    /// Registries to speak plain HTTP with.
    pub(crate) insecure_registries: Vec<String>,
    /// Where registries' credentials are.
    pub(crate) registry_credentials: Option<PathBuf>,
    pub(crate) master_key: PathBuf,
    /// Where the functions of lifecycle hooks are asked.
    pub(crate) lambda_endpoint: Option<String>,
    /// The program that keeps DynamoDB's tables; none where it is not installed.
    pub(crate) dynamodb: Option<PathBuf>,
    /// How much is kept of layers that nothing needs.
    pub(crate) image_cache_bytes: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, clap::ValueEnum)]
pub(crate) enum Auth {
    /// Signatures are verified.
    Verify,
    /// Any key is the account's root: an emulator for tests, on loopback only.
    Any,
}

/// The paths of one instance; the only place that knows their names.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    pub(crate) data_dir: PathBuf,
    pub(crate) run_dir: PathBuf,
    /// Twelve hexadecimal digits of the data directory's name: the same for every start.
    pub(crate) instance: String,
}

impl Paths {
    pub(crate) fn of(data_dir: &Path) -> Result<Paths> {
        std::fs::create_dir_all(data_dir)
            .with_context(|| format!("cannot make `{}`", data_dir.display()))?;
        let data_dir = data_dir.canonicalize()?;
        let digest = Sha256::digest(data_dir.as_os_str().as_encoded_bytes());
        let instance = digest.iter().take(6).fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        });
        let run_dir = Path::new(RUN_ROOT).join(&instance);
        Ok(Paths { data_dir, run_dir, instance })
    }

    pub(crate) fn config(&self) -> PathBuf {
        self.run_dir.join("config.json")
    }

    /// Held by the supervisor; its content is the supervisor's process id.
    pub(crate) fn lock(&self) -> PathBuf {
        self.run_dir.join("up.lock")
    }

    pub(crate) fn control_socket(&self) -> PathBuf {
        self.run_dir.join("control.sock")
    }

    pub(crate) fn node_socket(&self) -> PathBuf {
        self.run_dir.join("node.sock")
    }

    pub(crate) fn store(&self) -> PathBuf {
        self.data_dir.join("store.sqlite")
    }

    pub(crate) fn credentials(&self) -> PathBuf {
        self.data_dir.join("credentials.json")
    }

    /// What control knows the node by.
    pub(crate) fn node_key(&self) -> PathBuf {
        self.run_dir.join("node.key")
    }

    /// Where the master key is unless `up` is told of another place.
    pub(crate) fn master_key(&self) -> PathBuf {
        self.data_dir.join("master-key.json")
    }

    pub(crate) fn logs(&self) -> PathBuf {
        self.data_dir.join("logs")
    }

    /// DynamoDB's databases, one for each account and region.
    pub(crate) fn dynamodb(&self) -> PathBuf {
        self.data_dir.join("dynamodb")
    }

    pub(crate) fn dynamodb_socket(&self) -> PathBuf {
        self.run_dir.join("dynamodb.sock")
    }

    pub(crate) fn images(&self) -> PathBuf {
        self.data_dir.join("images")
    }

    /// The journals and outputs of tasks, and their root file systems.
    pub(crate) fn tasks(&self) -> PathBuf {
        self.data_dir.join("tasks")
    }

    pub(crate) fn node_journal(&self) -> PathBuf {
        self.data_dir.join("node")
    }

    pub(crate) fn balancer(&self) -> PathBuf {
        self.data_dir.join("balancer")
    }

    pub(crate) fn task_run(&self, task: &str) -> PathBuf {
        self.run_dir.join("tasks").join(task)
    }

    /// From the root of the hierarchy.
    pub(crate) fn cgroup(&self) -> PathBuf {
        Path::new("/longshore").join(&self.instance)
    }

    /// Makes what is missing; the run directory is for the owner alone.
    pub(crate) fn create(&self) -> Result<()> {
        for path in [&self.run_dir, &self.data_dir, &self.tasks(), &self.logs(), &self.balancer()] {
            std::fs::create_dir_all(path)
                .with_context(|| format!("cannot make `{}`", path.display()))?;
        }
        let owner_only = rustix::fs::Mode::from_raw_mode(0o700);
        rustix::fs::chmod(&self.run_dir, owner_only)?;
        rustix::fs::chmod(&self.data_dir, owner_only)?;
        Ok(())
    }
}

impl Config {
    /// Where the API listens for tasks: at the host's address that they know.
    pub(crate) fn listen_for_tasks(&self) -> SocketAddr {
        (model::packet_rules::HOST_ADDRESS, self.listen.port()).into()
    }

    /// What `AWS_ENDPOINT_URL` is to tasks.
    pub(crate) fn endpoint_of_tasks(&self) -> String {
        format!("http://{}", self.listen_for_tasks())
    }

    pub(crate) fn paths(&self) -> Result<Paths> {
        Paths::of(&self.data_dir)
    }

    pub(crate) fn read(path: &Path) -> Result<Config> {
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        serde_json::from_slice(&bytes)
            .with_context(|| format!("`{}` is not a configuration", path.display()))
    }

    pub(crate) fn write(&self, path: &Path) -> Result<()> {
        let draft = path.with_extension("draft");
        std::fs::write(&draft, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(&draft, path)?;
        Ok(())
    }
}
