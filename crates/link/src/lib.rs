//! Typed messages between the roles of one host, over WebSocket on a Unix socket.
//!
//! Control listens; nodes and balancers connect, each to a path that says what the
//! link is for. A role that ends closes its socket, so the other side knows at once
//! and nothing has to ask whether it is still there.
//!
//! INVARIANT: the socket can be opened by the user that Longshore runs as, and nobody else.

#![forbid(unsafe_code)]

use std::marker::PhantomData;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt as _, Stream, StreamExt as _};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::net::{UnixListener, UnixStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::server::{ErrorResponse, Request, Response};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{self, Message};

/// LIMIT: one message. The largest is a node's whole desired state.
pub const MESSAGE_BYTES_MAX: usize = 64 << 20;

/// How long the two sides may take to agree that they speak WebSocket.
const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(5);

/// Where control listens.
#[derive(Debug)]
pub struct Listener {
    socket: UnixListener,
    path: PathBuf,
}

/// One side of a link: takes `In`, sends `Out`.
#[derive(Debug)]
pub struct Link<In, Out> {
    socket: WebSocketStream<UnixStream>,
    messages: PhantomData<fn(Out) -> In>,
}

/// The half of a link that sends.
#[derive(Debug)]
pub struct LinkSender<Out> {
    socket: SplitSink<WebSocketStream<UnixStream>, Message>,
    messages: PhantomData<fn(Out)>,
}

/// The half of a link that takes.
#[derive(Debug)]
pub struct LinkReceiver<In> {
    socket: SplitStream<WebSocketStream<UnixStream>>,
    messages: PhantomData<fn() -> In>,
}

/// A link whose messages' types follow from `path`.
#[derive(Debug)]
pub struct Accepted {
    /// What the link is for, for example `/node`.
    pub path: String,
    socket: WebSocketStream<UnixStream>,
}

#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    #[error("`{}` cannot be listened on", path.display())]
    Listen { path: PathBuf, source: std::io::Error },
    #[error("`{}` does not answer", path.display())]
    Connect { path: PathBuf, source: std::io::Error },
    #[error("the handshake took too long")]
    HandshakeTimeout,
    #[error("the link broke")]
    Broken(#[source] Box<tungstenite::Error>),
    #[error("a message is not of this link")]
    Message(#[source] serde_json::Error),
}

impl From<tungstenite::Error> for LinkError {
    fn from(error: tungstenite::Error) -> LinkError {
        LinkError::Broken(Box::new(error))
    }
}

impl Listener {
    /// Listens at `path`, in place of whoever left it there.
    pub fn bind(path: &Path) -> Result<Listener, LinkError> {
        let refuse = |source| LinkError::Listen { path: path.to_owned(), source };
        match std::fs::remove_file(path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(refuse(error));
            }
            Ok(()) | Err(_) => {}
        }
        let socket = UnixListener::bind(path).map_err(refuse)?;
        let owner_only = rustix::fs::Mode::from_raw_mode(0o600);
        rustix::fs::chmod(path, owner_only).map_err(|error| refuse(error.into()))?;
        Ok(Listener { socket, path: path.to_owned() })
    }

    /// The next connection, before its handshake: give it a task of its own.
    pub async fn incoming(&self) -> Result<Incoming, LinkError> {
        let refuse = |source| LinkError::Listen { path: self.path.clone(), source };
        let (stream, _) = self.socket.accept().await.map_err(refuse)?;
        Ok(Incoming { stream })
    }
}

/// A connection that has not said yet what it is for.
#[derive(Debug)]
pub struct Incoming {
    stream: UnixStream,
}

impl Incoming {
    pub async fn accept(self) -> Result<Accepted, LinkError> {
        let mut path = String::new();
        #[expect(clippy::result_large_err, reason = "the signature is the library's")]
        let note = |request: &Request, response: Response| -> Result<Response, ErrorResponse> {
            request.uri().path().clone_into(&mut path);
            Ok(response)
        };
        let handshake =
            tokio_tungstenite::accept_hdr_async_with_config(self.stream, note, Some(limits()));
        let socket = tokio::time::timeout(HANDSHAKE_TIME_MAX, handshake)
            .await
            .map_err(|_| LinkError::HandshakeTimeout)??;
        Ok(Accepted { path, socket })
    }
}

impl Accepted {
    pub fn into_link<In, Out>(self) -> Link<In, Out> {
        Link { socket: self.socket, messages: PhantomData }
    }
}

/// Connects to control's socket, for what `path` says.
pub async fn connect<In, Out>(socket: &Path, path: &str) -> Result<Link<In, Out>, LinkError> {
    let stream = UnixStream::connect(socket)
        .await
        .map_err(|source| LinkError::Connect { path: socket.to_owned(), source })?;
    let url = format!("ws://longshore{path}");
    let handshake = tokio_tungstenite::client_async_with_config(url, stream, Some(limits()));
    let (socket, _) = tokio::time::timeout(HANDSHAKE_TIME_MAX, handshake)
        .await
        .map_err(|_| LinkError::HandshakeTimeout)??;
    Ok(Link { socket, messages: PhantomData })
}

impl<In: DeserializeOwned, Out: Serialize> Link<In, Out> {
    pub async fn send(&mut self, message: &Out) -> Result<(), LinkError> {
        Ok(self.socket.send(encoded(message)?).await?)
    }

    /// The next message; `None` when the other side has ended the link.
    ///
    /// Dropping the future loses no message.
    pub async fn receive(&mut self) -> Result<Option<In>, LinkError> {
        next(&mut self.socket).await
    }

    /// Two halves, so that a message can be taken while another waits to be sent: two sides
    /// that only send would wait for each other once what lies between them is full.
    pub fn split(self) -> (LinkSender<Out>, LinkReceiver<In>) {
        let (sink, stream) = self.socket.split();
        let sender = LinkSender { socket: sink, messages: PhantomData };
        (sender, LinkReceiver { socket: stream, messages: PhantomData })
    }
}

impl<Out: Serialize> LinkSender<Out> {
    pub async fn send(&mut self, message: &Out) -> Result<(), LinkError> {
        Ok(self.socket.send(encoded(message)?).await?)
    }
}

impl<In: DeserializeOwned> LinkReceiver<In> {
    /// The next message; `None` when the other side has ended the link.
    ///
    /// Dropping the future loses no message.
    pub async fn receive(&mut self) -> Result<Option<In>, LinkError> {
        next(&mut self.socket).await
    }
}

fn encoded(message: &impl Serialize) -> Result<Message, LinkError> {
    serde_json::to_string(message).map(Message::text).map_err(LinkError::Message)
}

async fn next<In: DeserializeOwned>(
    socket: &mut (impl Stream<Item = Result<Message, tungstenite::Error>> + Unpin),
) -> Result<Option<In>, LinkError> {
    loop {
        let message = match socket.next().await {
            Some(Err(error)) if is_end(&error) => return Ok(None),
            Some(message) => message?,
            None => return Ok(None),
        };
        match message {
            Message::Text(text) => {
                return serde_json::from_str(&text).map(Some).map_err(LinkError::Message);
            }
            Message::Close(_) => return Ok(None),
            // The library answers pings by itself; nobody here sends the rest.
            Message::Ping(_) | Message::Pong(_) | Message::Binary(_) | Message::Frame(_) => {}
        }
    }
}

/// A side that ends takes no leave.
fn is_end(error: &tungstenite::Error) -> bool {
    use tungstenite::error::ProtocolError;
    matches!(error, tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake))
}

fn limits() -> WebSocketConfig {
    WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn messages_pass_both_ways_and_an_end_is_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("control.sock");
        let listener = Listener::bind(&path).expect("a listener");
        let server = async {
            let accepted = listener.incoming().await.expect("one").accept().await.expect("ws");
            assert_eq!(accepted.path, "/node");
            let mut link: Link<u32, String> = accepted.into_link();
            let got = link.receive().await.expect("no error");
            link.send(&format!("got {got:?}")).await.expect("sent");
            assert!(link.receive().await.expect("an end is no error").is_none());
        };
        let client = async {
            let mut link: Link<String, u32> = connect(&path, "/node").await.expect("a link");
            link.send(&7).await.expect("sent");
            assert_eq!(link.receive().await.expect("no error"), Some("got Some(7)".to_owned()));
        };
        tokio::join!(server, client);
    }

    #[tokio::test]
    async fn two_sides_that_send_much_do_not_wait_for_each_other() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("control.sock");
        let listener = Listener::bind(&path).expect("a listener");
        let much = "x".repeat(1 << 20);
        let server = async {
            let accepted = listener.incoming().await.expect("one").accept().await.expect("ws");
            let mut link: Link<String, String> = accepted.into_link();
            link.send(&much).await.expect("sent");
            assert_eq!(link.receive().await.expect("no error").as_ref(), Some(&much));
        };
        let client = async {
            let link: Link<String, String> = connect(&path, "/node").await.expect("a link");
            let (mut sender, mut receiver) = link.split();
            let (sent, got) = tokio::join!(sender.send(&much), receiver.receive());
            sent.expect("sent");
            assert_eq!(got.expect("no error").as_ref(), Some(&much));
        };
        tokio::join!(server, client);
    }

    #[tokio::test]
    async fn a_message_of_another_kind_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("control.sock");
        let listener = Listener::bind(&path).expect("a listener");
        let server = async {
            let accepted = listener.incoming().await.expect("one").accept().await.expect("ws");
            let mut link: Link<u32, ()> = accepted.into_link();
            assert!(matches!(link.receive().await, Err(LinkError::Message(_))));
        };
        let client = async {
            let mut link: Link<(), String> = connect(&path, "/node").await.expect("a link");
            link.send(&"seven".to_owned()).await.expect("sent");
        };
        tokio::join!(server, client);
    }

    #[tokio::test]
    async fn a_stale_socket_is_replaced_and_is_the_owners() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("control.sock");
        drop(Listener::bind(&path).expect("a listener"));
        let _listener = Listener::bind(&path).expect("a listener again");
        let mode = std::fs::metadata(&path).expect("the socket").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
}
