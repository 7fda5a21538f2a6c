//! Connections of nodes: one request each, its answer, or a stream of answers.

use std::io::{ErrorKind, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::{UnixListener, UnixStream};

use rustix::event::PollFlags;
use rustix::net::sockopt::socket_peercred;
use rustix::process::geteuid;

use crate::name::ContainerName;
use crate::protocol::{Envelope, Failure, FailureKind, REQUEST_BYTES_MAX, Reply};

/// LIMIT: the next one waits in the socket's backlog until another is done.
const CONNECTIONS_MAX: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Connections {
    list: Vec<Connection>,
    accepted: u64,
}

#[derive(Debug)]
struct Connection {
    id: u64,
    stream: UnixStream,
    input: Vec<u8>,
    output: Vec<u8>,
    purpose: Purpose,
    is_broken: bool,
}

/// What a connection waits for.
#[derive(Debug)]
pub(super) enum Purpose {
    /// Its request.
    Request,
    /// A reply that comes with an event.
    Reply,
    Events {
        after: u64,
    },
    LogWait {
        name: ContainerName,
        sequence: u64,
    },
    /// The rest of its answer to be written.
    Closing,
}

impl Connections {
    pub(super) fn has_room(&self) -> bool {
        self.list.len() < CONNECTIONS_MAX
    }

    /// Nothing is left to be written.
    pub(super) fn is_idle(&self) -> bool {
        self.list.iter().all(|connection| connection.output.is_empty())
    }

    pub(super) fn accept(&mut self, listener: &UnixListener) {
        let Ok((stream, _)) = listener.accept() else { return };
        let is_ours =
            socket_peercred(&stream).is_ok_and(|peer| peer.uid.is_root() || peer.uid == geteuid());
        if !is_ours || stream.set_nonblocking(true).is_err() {
            return;
        }
        self.accepted += 1;
        self.list.push(Connection {
            id: self.accepted,
            stream,
            input: Vec::new(),
            output: Vec::new(),
            purpose: Purpose::Request,
            is_broken: false,
        });
    }

    pub(super) fn watched(&self) -> impl Iterator<Item = (u64, BorrowedFd<'_>, PollFlags)> {
        self.list.iter().map(|connection| {
            let writes = !connection.output.is_empty();
            let flags = if writes { PollFlags::IN | PollFlags::OUT } else { PollFlags::IN };
            (connection.id, connection.stream.as_fd(), flags)
        })
    }

    /// Reads what came; the request, once its line is whole.
    pub(super) fn receive(&mut self, id: u64, buffer: &mut [u8]) -> Option<Envelope> {
        let connection = self.find(id)?;
        match connection.stream.read(buffer) {
            Ok(0) => connection.is_broken = true,
            Ok(length) => return connection.take(&buffer[..length]),
            Err(error) if is_temporary(&error) => {}
            Err(_) => connection.is_broken = true,
        }
        None
    }

    /// The last answer to a connection, which may be gone.
    pub(super) fn reply(&mut self, id: u64, reply: &Reply) {
        if let Some(connection) = self.find(id) {
            connection.push(reply);
            connection.purpose = Purpose::Closing;
        }
    }

    /// The last answer of all: the connection closes when the process is gone, which tells
    /// the other side just that.
    pub(super) fn reply_at_end(&mut self, id: u64, reply: &Reply) {
        if let Some(connection) = self.find(id) {
            connection.push(reply);
        }
    }

    pub(super) fn keep(&mut self, id: u64, purpose: Purpose) {
        if let Some(connection) = self.find(id) {
            connection.purpose = purpose;
        }
    }

    /// Gives each connection what `supply` has for it, and writes. More is asked for only when
    /// all before is written: a reader that stops reading costs no memory.
    pub(super) fn pump(&mut self, mut supply: impl FnMut(&mut Purpose) -> Vec<Reply>) {
        for connection in &mut self.list {
            connection.write();
            while connection.output.is_empty() && !connection.is_broken {
                let replies = supply(&mut connection.purpose);
                if replies.is_empty() {
                    break;
                }
                for reply in &replies {
                    connection.push(reply);
                }
                if matches!(connection.purpose, Purpose::LogWait { .. }) {
                    connection.purpose = Purpose::Closing;
                }
                connection.write();
            }
        }
        self.list.retain(|connection| !connection.is_done());
    }

    fn find(&mut self, id: u64) -> Option<&mut Connection> {
        self.list.iter_mut().find(|connection| connection.id == id)
    }
}

impl Connection {
    fn take(&mut self, bytes: &[u8]) -> Option<Envelope> {
        if !matches!(self.purpose, Purpose::Request) {
            return None;
        }
        self.input.extend(bytes);
        let Some(end) = self.input.iter().position(|byte| *byte == b'\n') else {
            if self.input.len() > REQUEST_BYTES_MAX {
                self.refuse("the request is too long");
            }
            return None;
        };
        let line = std::mem::take(&mut self.input);
        match serde_json::from_slice(&line[..end]) {
            Ok(envelope) => Some(envelope),
            Err(error) => {
                self.refuse(&error.to_string());
                None
            }
        }
    }

    fn refuse(&mut self, message: &str) {
        self.push(&Reply::Failed(Failure::new(FailureKind::Protocol, message)));
        self.purpose = Purpose::Closing;
    }

    fn push(&mut self, reply: &Reply) {
        let text = serde_json::to_vec(reply).expect("plain data serialises");
        self.output.extend(text);
        self.output.push(b'\n');
    }

    fn write(&mut self) {
        while !self.output.is_empty() {
            match self.stream.write(&self.output) {
                Ok(length) => drop(self.output.drain(..length)),
                Err(error) if is_temporary(&error) => return,
                Err(_) => {
                    self.is_broken = true;
                    self.output.clear();
                }
            }
        }
        // Rarely used and then not small: not kept between answers.
        self.output = Vec::new();
    }

    fn is_done(&self) -> bool {
        let is_answered = matches!(self.purpose, Purpose::Closing) && self.output.is_empty();
        self.is_broken || is_answered
    }
}

fn is_temporary(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted)
}
