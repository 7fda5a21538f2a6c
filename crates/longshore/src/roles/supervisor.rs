//! `up`: starts each role in a process of its own, and again when it ends.
//!
//! INVARIANT: the supervisor holds no state: whatever it loses, the roles find again. The copies
//! of listening sockets that it keeps only spare clients a refusal.

use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::sockets::KeptSockets;
use super::{Role, ready};

/// How long roles may take to end by themselves.
const STOP_TIME_MAX: Duration = Duration::from_secs(10);
/// Between two starts of a role that keeps ending, at first and at most.
const RESTART_DELAY_FIRST: Duration = Duration::from_millis(50);
const RESTART_DELAY_MAX: Duration = Duration::from_secs(5);
/// A role that ran this long is not one that keeps ending.
const STABLE_AFTER: Duration = Duration::from_secs(10);

/// The roles under supervision.
#[derive(Debug)]
pub(crate) struct Supervisor {
    executable: PathBuf,
    config: PathBuf,
    stop: CancellationToken,
    tracker: TaskTracker,
}

impl Supervisor {
    pub(crate) fn new(config: &Path) -> Result<Supervisor> {
        Ok(Supervisor {
            executable: std::env::current_exe().context("this program's path is not known")?,
            config: config.to_owned(),
            stop: CancellationToken::new(),
            tracker: TaskTracker::new(),
        })
    }

    /// Starts all roles; returns when each of them serves, or when one cannot.
    pub(crate) async fn start(&self) -> Result<()> {
        let (failed, mut failures) = mpsc::channel(Role::ALL.len());
        let mut waiting = Vec::new();
        for role in Role::ALL {
            let (served, serves) = watch::channel(false);
            let keeper = Keeper {
                role,
                executable: self.executable.clone(),
                config: self.config.clone(),
                stop: self.stop.clone(),
                served,
                failed: Some(failed.clone()),
                sockets: KeptSockets::default(),
                tracker: self.tracker.clone(),
            };
            self.tracker.spawn(keeper.run());
            waiting.push(serves);
        }
        drop(failed);
        let all_serve = async {
            for mut serves in waiting {
                if serves.wait_for(|serves| *serves).await.is_err() {
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::select! {
            () = all_serve => Ok(()),
            Some((role, status)) = failures.recv() => {
                let role = role.as_str();
                bail!("{role} ended before it served ({status}); see its last words above")
            }
        }
    }

    /// Ends all roles and waits for them.
    pub(crate) async fn stop(&self) {
        self.stop.cancel();
        self.tracker.close();
        self.tracker.wait().await;
    }
}

/// Keeps one role running.
struct Keeper {
    role: Role,
    executable: PathBuf,
    config: PathBuf,
    stop: CancellationToken,
    served: watch::Sender<bool>,
    /// Told of an end before the role ever served; then there is nobody to tell.
    failed: Option<mpsc::Sender<(Role, ExitStatus)>>,
    sockets: KeptSockets,
    tracker: TaskTracker,
}

impl Keeper {
    async fn run(mut self) {
        let mut delay = RESTART_DELAY_FIRST;
        while !self.stop.is_cancelled() {
            let began = crate::clock::now();
            match self.run_once().await {
                Ok(Some(status)) => self.ended(status).await,
                Ok(None) => return,
                Err(error) => {
                    tracing::error!(
                        role = self.role.as_str(),
                        error = format!("{error:#}"),
                        "a role is not started"
                    );
                }
            }
            if crate::clock::now().since(began) > STABLE_AFTER {
                delay = RESTART_DELAY_FIRST;
            }
            if tokio::time::timeout(delay, self.stop.cancelled()).await.is_ok() {
                return;
            }
            delay = (delay * 2).min(RESTART_DELAY_MAX);
        }
    }

    async fn ended(&mut self, status: ExitStatus) {
        tracing::warn!(role = self.role.as_str(), %status, "a role ended and is started again");
        if let Some(failed) = self.failed.take()
            && !*self.served.borrow()
        {
            // Nobody waits any more once all roles served.
            let _ = failed.send((self.role, status)).await;
        }
    }

    /// The role's standard input: for the balancer, the way to what is kept for it.
    fn input(&self) -> Result<Stdio> {
        match self.role {
            Role::Balancer => {
                let (ours, theirs) = KeptSockets::channel()?;
                let sockets = self.sockets.clone();
                self.tracker.spawn_blocking(move || {
                    if let Err(error) = sockets.serve(&ours) {
                        tracing::warn!(%error, "listening sockets are no longer kept");
                    }
                });
                Ok(theirs.into())
            }
            Role::Control | Role::Node => Ok(Stdio::null()),
        }
    }

    /// Runs the role to its end; `None` where it was told to end.
    async fn run_once(&self) -> Result<Option<ExitStatus>> {
        let mut child = Command::new(&self.executable)
            .arg("role")
            .arg(self.role.as_str())
            .arg("--config")
            .arg(&self.config)
            .stdin(self.input()?)
            .stdout(Stdio::piped())
            .process_group(0)
            .kill_on_drop(true)
            .spawn()?;
        let output = child.stdout.take().context("its output is not there")?;
        let mut lines = BufReader::new(output).lines();
        loop {
            tokio::select! {
                line = lines.next_line() => match line {
                    Ok(Some(line)) if line == ready::READY => {
                        self.served.send_replace(true);
                    }
                    Ok(Some(_)) => {}
                    Ok(None) | Err(_) => break,
                },
                () = self.stop.cancelled() => {
                    end(&mut child).await?;
                    return Ok(None);
                }
            }
        }
        tokio::select! {
            status = child.wait() => Ok(Some(status?)),
            () = self.stop.cancelled() => {
                end(&mut child).await?;
                Ok(None)
            }
        }
    }
}

async fn end(child: &mut Child) -> Result<()> {
    if let Some(pid) = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?)) {
        // It may have ended by itself just now.
        let _ = kill_process(pid, Signal::TERM);
    }
    if tokio::time::timeout(STOP_TIME_MAX, child.wait()).await.is_err() {
        child.kill().await?;
    }
    Ok(())
}
