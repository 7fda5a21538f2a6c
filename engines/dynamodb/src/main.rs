//! DynamoDB's tables and items, for one instance of Longshore: `dynoxide` behind a Unix socket.
//!
//! A connection first says in one line whose tables it is about, `ACCOUNT/REGION`; what follows is
//! DynamoDB's own HTTP. Each account and region has a database file of its own, so that no request
//! reaches the tables of another. Who may do what is decided before a request comes here.
//!
//! INVARIANT: nothing but the socket leads here. The library serves TCP alone, so this process
//! moves into a network namespace of its own before it listens to anything.
//! INVARIANT: this process ends with whoever started it, when its standard input closes.
//! INVARIANT: one process at a time has the databases: it holds a lock while it lives.

mod clock;
mod namespace;
mod preamble;
mod scopes;

use std::ffi::OsString;
use std::fs::{File, Permissions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpStream, UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use crate::scopes::Scopes;

/// LIMIT: connections at work; more wait in the kernel's queue. With the databases' files they stay
/// below the 1,024 descriptors that a process has unless somebody said otherwise.
const CONNECTIONS_MAX: usize = 128;

/// Of a call most is waiting: for a database's lock, and for the disk.
const WORKERS: usize = 8;

/// LIMIT: for a connection to say whose it is.
const PREAMBLE_TIME_MAX: Duration = Duration::from_secs(5);

/// What it prints once it serves.
const READY: &str = "ready";

fn main() -> ExitCode {
    // What a panic says may be part of an item. It may leave a database's lock poisoned, and this
    // process is started again by the next call.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("longshore-dynamodb: a fault at {place}");
        std::process::abort();
    }));
    let arguments: Vec<OsString> = std::env::args_os().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("longshore-dynamodb: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[OsString]) -> io::Result<()> {
    let [data, socket] = arguments else {
        return Err(io::Error::other("usage: longshore-dynamodb DATA-DIRECTORY SOCKET"));
    };
    let (data, socket) = (PathBuf::from(data), PathBuf::from(socket));
    namespace::enter_own()?;
    std::fs::create_dir_all(&data)?;
    // The one before it may still be ending.
    let held = File::create(data.join("lock"))?;
    held.lock()?;
    let scopes = Arc::new(Scopes::new(data));
    scopes.sweep_beside()?;
    end_with_input()?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(WORKERS)
        .thread_name("dynamodb")
        .enable_all()
        .build()?;
    runtime.block_on(serve(&socket, scopes))
}

/// Serves until the process ends.
async fn serve(socket: &Path, scopes: Arc<Scopes>) -> io::Result<()> {
    let listener = listen(socket)?;
    let places = Arc::new(Semaphore::new(CONNECTIONS_MAX));
    let mut connections = JoinSet::new();
    let mut output = io::stdout();
    writeln!(output, "{READY}")?;
    output.flush()?;
    loop {
        let place = Arc::clone(&places).acquire_owned().await.map_err(io::Error::other)?;
        let (stream, _) = listener.accept().await?;
        let scopes = Arc::clone(&scopes);
        connections.spawn(async move {
            if let Err(error) = converse(stream, &scopes).await {
                eprintln!("longshore-dynamodb: a connection is not served: {error}");
            }
            drop(place);
        });
        while connections.try_join_next().is_some() {}
    }
}

/// Listens at `path`, in place of whoever left it there.
fn listen(path: &Path) -> io::Result<UnixListener> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, Permissions::from_mode(0o600))?;
    Ok(listener)
}

async fn converse(mut client: UnixStream, scopes: &Scopes) -> io::Result<()> {
    let reading = preamble::read(&mut client);
    let scope = tokio::time::timeout(PREAMBLE_TIME_MAX, reading).await??;
    let address = scopes.address(&scope)?;
    let mut server = TcpStream::connect(address).await?;
    server.set_nodelay(true)?;
    // Either side may leave early; the other then learns it by this connection's end.
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    Ok(())
}

/// Ends the process once nobody holds the other end of its standard input. What was acknowledged
/// is on the disk by then.
fn end_with_input() -> io::Result<()> {
    let wait = || {
        let mut input = io::stdin();
        let mut buffer = [0_u8; 64];
        while matches!(input.read(&mut buffer), Ok(count) if count > 0) {}
        std::process::exit(0);
    };
    std::thread::Builder::new().name("lifeline".to_owned()).spawn(wait)?;
    Ok(())
}
