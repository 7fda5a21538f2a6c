//! Asks control for one of Longshore's own pages.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// How long control may take to answer.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(30);

pub(super) fn get(address: SocketAddr, path: &str) -> Result<Vec<u8>> {
    ask(address, &format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n"))
}

pub(super) fn post(address: SocketAddr, path: &str, body: &str) -> Result<Vec<u8>> {
    let length = body.len();
    ask(
        address,
        &format!(
            "POST {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/json\r\n\
             Content-Length: {length}\r\n\r\n{body}"
        ),
    )
}

/// One request, one answer, and the connection's end: HTTP/1.0 needs no more.
fn ask(address: SocketAddr, request: &str) -> Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&address, ANSWER_TIME_MAX)?;
    stream.set_read_timeout(Some(ANSWER_TIME_MAX))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").context("no header")?;
    let body = answer.split_off(end + 4);
    if answer.starts_with(b"HTTP/1.0 200") || answer.starts_with(b"HTTP/1.1 200") {
        return Ok(body);
    }
    bail!("{}", String::from_utf8_lossy(&body).trim_end())
}
