//! Small writes of several pieces as one plain write.
//!
//! hyper hands over head and body as two slices; for a small message, copying them together is
//! cheaper than what the kernel spends on a vectored write.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// A stream whose small vectored writes are gathered.
#[derive(Debug)]
pub(crate) struct SmallWrites(pub(crate) TcpStream);

const SMALL: usize = 4 * 1024;

impl AsyncRead for SmallWrites {
    fn poll_read(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_read(context, buffer)
    }
}

impl AsyncWrite for SmallWrites {
    fn poll_write(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().0).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let stream = Pin::new(&mut self.get_mut().0);
        if let [only] = slices {
            return stream.poll_write(context, only);
        }
        let length: usize = slices.iter().map(|slice| slice.len()).sum();
        if length > SMALL {
            return stream.poll_write_vectored(context, slices);
        }
        let mut gathered = [0; SMALL];
        let mut end = 0;
        for slice in slices {
            gathered[end..end + slice.len()].copy_from_slice(slice);
            end += slice.len();
        }
        stream.poll_write(context, &gathered[..end])
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().0).poll_shutdown(context)
    }
}
