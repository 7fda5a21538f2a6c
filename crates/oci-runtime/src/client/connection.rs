//! One connection to a shim: a request out, replies in.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::time::timeout;

use super::Error;
use crate::protocol::{Envelope, Reply, Request, VERSION};
use crate::task::SOCKET_NAME;

/// LIMIT: one line of a shim's.
const REPLY_BYTES_MAX: u64 = 1 << 20;

#[derive(Debug)]
pub(super) struct Connection {
    reader: BufReader<UnixStream>,
}

impl Connection {
    /// Connects and asks.
    pub(super) async fn ask(run_dir: &Path, request: Request) -> Result<Self, Error> {
        let mut stream = connect(run_dir).await?;
        let mut line = serde_json::to_vec(&Envelope { version: VERSION, request })
            .expect("plain data serialises");
        line.push(b'\n');
        stream.write_all(&line).await.map_err(|_| Error::ShimGone)?;
        Ok(Self { reader: BufReader::new(stream) })
    }

    /// The next reply; `None` when the shim has closed the connection.
    pub(super) async fn next(&mut self) -> Result<Option<Reply>, Error> {
        let mut line = Vec::new();
        let mut limited = (&mut self.reader).take(REPLY_BYTES_MAX);
        match limited.read_until(b'\n', &mut line).await {
            Ok(0) | Err(_) => Ok(None),
            Ok(_) if line.ends_with(b"\n") => {
                serde_json::from_slice(&line).map(Some).map_err(|_| Error::Protocol)
            }
            Ok(_) => Ok(None),
        }
    }
}

/// The one reply to a request, within a time.
pub(super) async fn ask(
    run_dir: &Path,
    request: Request,
    deadline: Duration,
) -> Result<Reply, Error> {
    let exchange = async {
        let mut connection = Connection::ask(run_dir, request).await?;
        match connection.next().await? {
            Some(Reply::Failed(failure)) => Err(failure.into()),
            Some(reply) => Ok(reply),
            None => Err(Error::ShimGone),
        }
    };
    timeout(deadline, exchange).await.map_err(|_| Error::Deadline)?
}

async fn connect(run_dir: &Path) -> Result<UnixStream, Error> {
    // Through the directory's descriptor: a socket's address is too short for some paths.
    let directory = match File::open(run_dir) {
        Ok(directory) => directory,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Error::ShimGone),
        Err(source) => return Err(Error::File { path: run_dir.to_owned(), source }),
    };
    let path = format!("/proc/self/fd/{}/{SOCKET_NAME}", directory.as_raw_fd());
    match UnixStream::connect(path).await {
        Ok(stream) => Ok(stream),
        Err(error) => match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => Err(Error::ShimGone),
            _ => Err(Error::File { path: run_dir.join(SOCKET_NAME), source: error }),
        },
    }
}
