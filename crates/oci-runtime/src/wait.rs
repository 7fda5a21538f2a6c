//! Waiting for descriptors outside of a loop of one's own, for a bounded time.

use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

/// Whether one of them became readable in this time; a process's is, once it has ended.
pub(crate) fn readable(descriptors: &mut [PollFd<'_>], time: Duration) -> bool {
    let timeout = Timespec::try_from(time).unwrap_or(Timespec { tv_sec: 1, tv_nsec: 0 });
    loop {
        match poll(descriptors, Some(&timeout)) {
            Ok(ready) => return ready > 0,
            Err(Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

pub(crate) fn has_ended(process: impl std::os::fd::AsFd, time: Duration) -> bool {
    readable(&mut [PollFd::new(&process, PollFlags::IN)], time)
}
