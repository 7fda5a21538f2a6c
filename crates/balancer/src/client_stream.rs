//! The byte stream of a client connection: tells the protocol from its first bytes, and notes
//! what passes.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, ReadBuf},
    net::TcpStream,
};

use crate::{
    client::{Client, Protocol},
    small_writes::SmallWrites,
};

/// What an HTTP/2 client sends first.
const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
/// Enough for the first bytes of most requests to be one read.
const FIRST_READ: usize = 2 * 1024;

/// A client connection's bytes.
#[derive(Debug)]
pub(crate) struct ClientStream {
    stream: SmallWrites,
    client: Arc<Client>,
    /// What was read to tell the protocol.
    first: Vec<u8>,
    replayed: usize,
}

/// Reads until it is certain whether the client speaks HTTP/2 with prior knowledge.
pub(crate) async fn detect(stream: &mut TcpStream) -> io::Result<(Protocol, Vec<u8>)> {
    let mut first = Vec::with_capacity(FIRST_READ);
    loop {
        if stream.read_buf(&mut first).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if first.starts_with(PREFACE) {
            return Ok((Protocol::Http2, first));
        }
        if !PREFACE.starts_with(&first) {
            return Ok((Protocol::Http1, first));
        }
    }
}

impl ClientStream {
    pub(crate) fn new(stream: TcpStream, client: Arc<Client>, first: Vec<u8>) -> Self {
        Self { stream: SmallWrites(stream), client, first, replayed: 0 }
    }
}

impl AsyncRead for ClientStream {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        if this.replayed < this.first.len() {
            let rest = &this.first[this.replayed..];
            let taken = rest.len().min(buffer.remaining());
            buffer.put_slice(&rest[..taken]);
            this.replayed += taken;
            if this.replayed == this.first.len() {
                this.first = Vec::new();
                this.replayed = 0;
            }
        } else {
            std::task::ready!(Pin::new(&mut this.stream).poll_read(context, buffer))?;
        }
        this.client.bytes_read(&buffer.filled()[before..]);
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for ClientStream {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = std::task::ready!(Pin::new(&mut this.stream).poll_write(context, bytes))?;
        this.client.bytes_written();
        Poll::Ready(Ok(written))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let stream = Pin::new(&mut this.stream);
        let written = std::task::ready!(stream.poll_write_vectored(context, slices))?;
        this.client.bytes_written();
        Poll::Ready(Ok(written))
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(context)
    }
}
