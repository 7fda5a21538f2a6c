//! The system calls that rustix has no safe form of: signal masks, signalfd, kill by number.
#![expect(unsafe_code, reason = "signal masks and signalfd have no safe wrapper in rustix")]

use std::fs::File;
use std::io::{self, Read};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, BorrowedFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

use rustix::process::{Pid, getpid, getppid, set_parent_process_death_signal};

use crate::signal::Signal;

/// Blocked signals, read from a descriptor.
#[derive(Debug)]
pub(crate) struct SignalReader(File);

/// A signal as it arrived.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Arrived {
    pub(crate) number: i32,
}

impl SignalReader {
    /// Blocks every signal that can be blocked, for this (single-threaded) process, and
    /// delivers them through the reader. Programs inherit the mask: see [`unblock_in`].
    pub(crate) fn block_all() -> io::Result<Self> {
        let mut mask = MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: sigfillset initialises the set it is given before it is read; sigprocmask
        // and signalfd only read it; the descriptor is new and owned by nobody else.
        unsafe {
            if libc::sigfillset(mask.as_mut_ptr()) != 0 {
                return Err(io::Error::last_os_error());
            }
            if libc::sigprocmask(libc::SIG_SETMASK, mask.as_ptr(), std::ptr::null_mut()) != 0 {
                return Err(io::Error::last_os_error());
            }
            let flags = libc::SFD_CLOEXEC | libc::SFD_NONBLOCK;
            let descriptor = libc::signalfd(-1, mask.as_ptr(), flags);
            if descriptor < 0 {
                return Err(io::Error::last_os_error());
            }
            Ok(Self(File::from(OwnedFd::from_raw_fd(descriptor))))
        }
    }

    /// The next signal that is pending, if any.
    pub(crate) fn next(&mut self) -> io::Result<Option<Arrived>> {
        let mut record = [0_u8; size_of::<libc::signalfd_siginfo>()];
        match self.0.read(&mut record) {
            Ok(length) if length == record.len() => {
                let number = i32::from_ne_bytes([record[0], record[1], record[2], record[3]]);
                Ok(Some(Arrived { number }))
            }
            Ok(_) => Err(io::ErrorKind::UnexpectedEof.into()),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }
}

impl AsFd for SignalReader {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

/// Has a program killed when we, its parent, die: what the runtime program does half-way is
/// finished by nobody.
pub(crate) fn end_with_us(command: &mut Command) -> &mut Command {
    const KILL: rustix::process::Signal = rustix::process::Signal::KILL;
    let us = getpid();
    let bind = move || {
        set_parent_process_death_signal(Some(KILL))?;
        // We may have died before the line above.
        if getppid() == Some(us) { Ok(()) } else { Err(io::ErrorKind::BrokenPipe.into()) }
    };
    // SAFETY: the closure makes two system calls and neither allocates nor locks.
    unsafe { command.pre_exec(bind) }
}

/// Has a program start with no signal blocked.
pub(crate) fn unblock_in(command: &mut Command) -> &mut Command {
    let unblock = || {
        let mut mask = MaybeUninit::<libc::sigset_t>::uninit();
        // SAFETY: both calls may be made between fork and exec, and only touch the local set,
        // which sigemptyset initialises.
        let result = unsafe {
            libc::sigemptyset(mask.as_mut_ptr());
            libc::sigprocmask(libc::SIG_SETMASK, mask.as_ptr(), std::ptr::null_mut())
        };
        if result == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
    };
    // SAFETY: the closure makes two system calls and neither allocates nor locks.
    unsafe { command.pre_exec(unblock) }
}

/// Sends any signal, realtime ones included. A process that is gone already is not an error.
pub(crate) fn kill(pid: Pid, signal: Signal) -> io::Result<()> {
    // SAFETY: kill reads two integers and touches no memory of ours.
    let result = unsafe { libc::kill(pid.as_raw_nonzero().get(), signal.number()) };
    if result == 0 {
        return Ok(());
    }
    let error = io::Error::last_os_error();
    if error.raw_os_error() == Some(libc::ESRCH) { Ok(()) } else { Err(error) }
}
