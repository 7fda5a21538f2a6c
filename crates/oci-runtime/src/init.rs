//! A container's first process: passes signals on and reaps orphans.
//!
//! For `initProcessEnabled`: the program itself is mounted into the container and told what to
//! run. Programs that are not written to be process 1 then get signals' default actions, and
//! nobody's children stay behind as zombies.

use std::ffi::OsString;
use std::io::{self, ErrorKind, Write};
use std::os::fd::AsFd;
use std::process::{Command, ExitCode};

use rustix::event::{PollFd, PollFlags, poll};
use rustix::process::{Pid, WaitOptions, WaitStatus, wait};

use crate::signal::Signal;
use crate::sys::{self, SignalReader};

/// COMPAT: as a shell says them.
const NOT_FOUND: u8 = 127;
const NOT_EXECUTABLE: u8 = 126;
const BROKEN: u8 = 125;

/// `-- command…`; returns the command's exit code, or 128 + the signal that ended it.
pub fn run(args: Vec<OsString>) -> ExitCode {
    let mut args = args.into_iter().skip_while(|arg| arg == "--");
    let Some(program) = args.next() else { return fail("no command", BROKEN) };
    // Blocked before the child is there: no signal falls between.
    let signals = match SignalReader::block_all() {
        Ok(signals) => signals,
        Err(error) => return fail(&error.to_string(), BROKEN),
    };
    match sys::unblock_in(Command::new(&program).args(args)).spawn() {
        Ok(child) => {
            let pid = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
            serve(signals, pid.expect("a child has a positive id"))
        }
        Err(error) => {
            let code = match error.kind() {
                ErrorKind::NotFound => NOT_FOUND,
                _ => NOT_EXECUTABLE,
            };
            fail(&format!("{}: {error}", program.display()), code)
        }
    }
}

fn serve(mut signals: SignalReader, child: Pid) -> ExitCode {
    loop {
        let mut ready = [PollFd::from_borrowed_fd(signals.as_fd(), PollFlags::IN)];
        // An interrupted wait is followed by a look all the same.
        let _ = poll(&mut ready, None);
        while let Ok(Some(signal)) = signals.next() {
            match Signal::try_from(signal.number) {
                Ok(_) if signal.number == libc::SIGCHLD => {}
                Ok(signal) => drop(sys::kill(child, signal)),
                Err(_) => {}
            }
        }
        if let Some(code) = reap(child) {
            return code;
        }
    }
}

/// Reaps all that ended; the command's own end is ours.
fn reap(child: Pid) -> Option<ExitCode> {
    let mut end = None;
    while let Ok(Some((pid, status))) = wait(WaitOptions::NOHANG) {
        if pid == child {
            end = Some(exit_code(status));
        }
    }
    end
}

fn exit_code(status: WaitStatus) -> ExitCode {
    let code = match (status.exit_status(), status.terminating_signal()) {
        (Some(code), _) => code,
        (None, Some(signal)) => 128 + signal,
        (None, None) => i32::from(BROKEN),
    };
    ExitCode::from(u8::try_from(code).unwrap_or(u8::MAX))
}

fn fail(message: &str, code: u8) -> ExitCode {
    // The container's standard error is the one place this can be said.
    let _ = writeln!(io::stderr(), "init: {message}");
    ExitCode::from(code)
}
