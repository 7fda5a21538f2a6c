//! One process at a time manages a network namespace.

use std::{fs::File, io};

use rustix::fs::{FlockOperation, flock};

use crate::error::NetworkError;

/// The lock on the file that stands for the network namespace itself, so that whoever manages the
/// same namespace meets it, from whatever directory; it goes with the process.
#[derive(Debug)]
pub(super) struct NamespaceLock(File);

impl NamespaceLock {
    pub(super) fn take() -> Result<Self, NetworkError> {
        let locked = || -> io::Result<Self> {
            let namespace = File::open("/proc/thread-self/ns/net")?;
            flock(&namespace, FlockOperation::NonBlockingLockExclusive)?;
            Ok(Self(namespace))
        };
        locked().map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => NetworkError::InUse,
            _ => NetworkError::kernel("lock the network namespace", error),
        })
    }
}

impl Drop for NamespaceLock {
    fn drop(&mut self) {
        // Closing is not enough: a program being started may hold a copy for a moment.
        let _goes_with_the_process = flock(&self.0, FlockOperation::Unlock);
    }
}
