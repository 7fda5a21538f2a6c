//! The open databases, each with the address at which the library serves it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::task::{AbortHandle, JoinSet};

use crate::clock::measured;
use crate::preamble::Scope;

/// LIMIT: databases that are open at once; each costs a listener and three files. The one that
/// was asked for longest ago is closed for another.
const SCOPES_MAX: usize = 100;

/// Between two looks for items that have expired, at least.
const SWEEP_PAUSE_MIN: Duration = Duration::from_secs(5);

/// How much longer the pause is than the look before it, so that looking stays a small part of
/// what is done, however large the tables are.
const SWEEP_PAUSE_FACTOR: u32 = 20;

pub(crate) struct Scopes {
    data: PathBuf,
    open: Mutex<Opened>,
}

#[derive(Default)]
struct Opened {
    databases: BTreeMap<Scope, Open>,
    servers: JoinSet<()>,
    /// How many connections there were.
    uses: u64,
}

struct Open {
    database: Database,
    address: SocketAddr,
    server: AbortHandle,
    /// The last use's number.
    used: u64,
}

impl Scopes {
    pub(crate) fn new(data: PathBuf) -> Scopes {
        Scopes { data, open: Mutex::default() }
    }

    /// Where the scope's tables are served; its database is made, or opened, on first use.
    pub(crate) fn address(&self, scope: &Scope) -> io::Result<SocketAddr> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.uses += 1;
        let used = open.uses;
        if let Some(found) = open.databases.get_mut(scope) {
            found.used = used;
            return Ok(found.address);
        }
        if open.databases.len() >= SCOPES_MAX {
            open.close_oldest();
        }
        let path = self.path(scope)?;
        let address = open.open(scope, &path)?;
        Ok(address)
    }

    /// The scope's file, in a directory that is there.
    fn path(&self, scope: &Scope) -> io::Result<String> {
        let (folder, file) = scope.path();
        let folder = self.data.join(folder);
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(file).into_os_string().into_string();
        path.map_err(|_| io::Error::other("the data directory is not UTF-8"))
    }

    /// Deletes what has expired by its tables' time to live, from now on.
    pub(crate) fn sweep_beside(self: &Arc<Scopes>) -> io::Result<()> {
        let scopes = Arc::clone(self);
        let sweep = move || {
            let mut pause = SWEEP_PAUSE_MIN;
            loop {
                std::thread::park_timeout(pause);
                pause = SWEEP_PAUSE_MIN.max(measured(|| scopes.sweep()) * SWEEP_PAUSE_FACTOR);
            }
        };
        std::thread::Builder::new().name("sweep".to_owned()).spawn(sweep)?;
        Ok(())
    }

    fn sweep(&self) {
        let databases: Vec<Database> = {
            let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
            open.databases.values().map(|it| it.database.clone()).collect()
        };
        for database in databases {
            if let Err(error) = database.sweep_ttl() {
                eprintln!("longshore-dynamodb: expired items are not deleted: {error}");
            }
        }
    }
}

impl Opened {
    fn open(&mut self, scope: &Scope, path: &str) -> io::Result<SocketAddr> {
        let database = Database::new(path).map_err(io::Error::other)?;
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let listener = TcpListener::from_std(listener)?;
        let serving = dynoxide::server::serve_on(listener, database.clone());
        let server = self.servers.spawn(serving);
        let used = self.uses;
        self.databases.insert(scope.clone(), Open { database, address, server, used });
        Ok(address)
    }

    /// Whoever is connected to it is served to the end.
    fn close_oldest(&mut self) {
        let oldest = self.databases.iter().min_by_key(|(_, it)| it.used);
        let Some(scope) = oldest.map(|(scope, _)| scope.clone()) else { return };
        if let Some(closed) = self.databases.remove(&scope) {
            closed.server.abort();
        }
        while self.servers.try_join_next().is_some() {}
    }
}
