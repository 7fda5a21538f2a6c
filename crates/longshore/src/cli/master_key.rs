//! `longshore master-key`: adds a master key, and takes the older ones away.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail, ensure};
use api::{Rewrapped, rewrap};
use store::{Engine as _, SqliteEngine, Store};
use vault::{MasterKeys, Vault};

use super::{client_runtime, page, say, up};
use crate::config::{Config, Paths};
use crate::roles::teardown;

#[derive(Clone, Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Add a master key: all is sealed under it from now on, and what older ones protect as well.
    ///
    /// Data keys are sealed anew, not the values under them: a value that somebody may have read
    /// is to be changed. The older keys stay in the file, as tokens of sessions and tasks that run
    /// need them. The file is written where it is, so it has to be writable.
    Rotate(Arguments),
    /// Take all master keys but the newest out of the file, while Longshore is down.
    ///
    /// Tokens of sessions that were given out under an older key end.
    Forget(Arguments),
}

#[derive(Clone, Debug, clap::Args)]
pub(super) struct Arguments {
    /// The file, where `longshore up` is given it while Longshore is down.
    #[arg(long, value_name = "FILE")]
    master_key: Option<PathBuf>,
}

pub(super) fn run(paths: &Paths, command: &Command) -> Result<()> {
    match command {
        Command::Rotate(arguments) => rotate(paths, arguments),
        Command::Forget(arguments) => forget(paths, arguments),
    }
}

fn rotate(paths: &Paths, arguments: &Arguments) -> Result<()> {
    let running = paths.config().exists().then(|| Config::read(&paths.config())).transpose()?;
    let path = file(paths, arguments, running.as_ref())?;
    let masters = MasterKeys::change(&path, MasterKeys::rotate)?;
    let ids: Vec<&str> = masters.ids().collect();
    let newest = ids.last().context("the file has no key")?;
    say(format_args!(
        "Added master key {newest} to `{}`, which holds {}.",
        path.display(),
        ids.len()
    ));
    let Some(running) = running else {
        say("When `longshore up` starts, it seals under it, and what is under older keys as well.");
        return Ok(());
    };
    let asked = page::post(running.listen, "/_longshore/master-key", "");
    let body = asked.with_context(|| {
        format!(
            "control does not take it at `{}`; it does when it is started the next time",
            running.listen
        )
    })?;
    tell(serde_json::from_slice(&body).context("the answer is not understood")?);
    say("The older keys stay, for tokens of sessions and for tasks that run. While Longshore is");
    say("down, `longshore master-key forget` takes them away.");
    Ok(())
}

fn tell(rewrapped: Rewrapped) {
    let Rewrapped { records, unreadable } = rewrapped;
    say(format_args!("Sealed under it: the data keys of {records} records."));
    if unreadable > 0 {
        say(format_args!("{unreadable} records do not open, and stay as they are."));
    }
}

fn forget(paths: &Paths, arguments: &Arguments) -> Result<()> {
    ensure!(
        !paths.run_dir.exists(),
        "what runs needs the older keys: `longshore down` first, then forget them"
    );
    let path = file(paths, arguments, None)?;
    paths.create()?;
    let lock = up::lock(paths)?;
    let runtime = client_runtime()?;
    let forgotten = runtime.block_on(forget_in(paths, &path));
    runtime.block_on(teardown::run(paths))?;
    drop(lock);
    forgotten
}

async fn forget_in(paths: &Paths, path: &Path) -> Result<()> {
    let masters = MasterKeys::read(path)?;
    let mut older: Vec<String> = masters.ids().map(str::to_owned).collect();
    older.pop();
    if paths.store().exists() {
        let store = Store::open(SqliteEngine::open(paths.store())?)?;
        let rewrapped = rewrap(&store, &Vault::new(masters)).await;
        store.shutdown().await;
        tell(rewrapped.context("the state cannot be written")?);
        ensure_unused(&paths.store(), &older)?;
    }
    MasterKeys::change(path, MasterKeys::forget_older)?;
    say(format_args!("Took {} older keys out of `{}`.", older.len(), path.display()));
    Ok(())
}

/// Refuses keys that any record names, whatever kind of record it is: nothing could open it again.
fn ensure_unused(store: &Path, older: &[String]) -> Result<()> {
    let records = SqliteEngine::open(store)?.load()?.records;
    for record in &records {
        let text = String::from_utf8_lossy(&record.value);
        if let Some(id) = older.iter().find(|id| text.contains(id.as_str())) {
            bail!("`{}` is still sealed under master key {id}", record.key);
        }
    }
    Ok(())
}

/// Where the master key is: as the running instance was told, else as is said here.
fn file(paths: &Paths, arguments: &Arguments, running: Option<&Config>) -> Result<PathBuf> {
    let given = arguments.master_key.as_ref().map(|given| {
        given.canonicalize().with_context(|| format!("`--master-key {}`", given.display()))
    });
    let path = match (given.transpose()?, running) {
        (Some(given), Some(config)) if given != config.master_key => {
            bail!("`longshore up` was given the master key `{}`", config.master_key.display())
        }
        (Some(given), _) => given,
        (None, Some(config)) => config.master_key.clone(),
        (None, None) => paths.master_key(),
    };
    ensure!(
        path.exists(),
        "there is no master key at `{}`; where `longshore up` is given one, give it here as well",
        path.display()
    );
    Ok(path)
}
