//! The server's own health probe, for container health checks in images without a shell.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PROBE_TIMEOUT: Duration = Duration::from_secs(5);

/// Fails unless the server at `address` answers `/health` with 200.
pub(crate) async fn healthy(address: SocketAddr) -> Result<()> {
    tokio::time::timeout(PROBE_TIMEOUT, ask(address)).await.context("no answer in time")?
}

async fn ask(address: SocketAddr) -> Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(b"GET /health HTTP/1.1\r\nHost: probe\r\nConnection: close\r\n\r\n").await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    if !answer.starts_with(b"HTTP/1.1 200 ") {
        bail!("unhealthy");
    }
    Ok(())
}
