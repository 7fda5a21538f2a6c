//! The open databases, each with the address at which the library serves it.

use std::collections::BTreeMap;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use dynoxide::Database;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::clock::measured;
use crate::preamble::Scope;

/// LIMIT: databases that are open at once; each costs a listener and a file or three. AWS has
/// about forty regions.
const SCOPES_MAX: usize = 64;

/// Between two looks for items that have expired, at least.
const SWEEP_PAUSE_MIN: Duration = Duration::from_secs(5);

/// How much longer the pause is than the look before it, so that looking stays a small part of
/// what is done, however large the tables are.
const SWEEP_PAUSE_FACTOR: u32 = 20;

pub(crate) struct Scopes {
    data: PathBuf,
    open: Mutex<BTreeMap<Scope, Open>>,
    servers: Mutex<JoinSet<()>>,
}

struct Open {
    database: Database,
    address: SocketAddr,
}

impl Scopes {
    pub(crate) fn new(data: PathBuf) -> Scopes {
        Scopes {
            data,
            open: Mutex::new(BTreeMap::new()),
            servers: Mutex::new(JoinSet::new()),
        }
    }

    /// Where the scope's tables are served; its database is made, or opened, on first use.
    pub(crate) fn address(&self, scope: &Scope) -> io::Result<SocketAddr> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = open.get(scope) {
            return Ok(found.address);
        }
        if open.len() >= SCOPES_MAX {
            return Err(io::Error::other("too many regions are in use"));
        }
        let found = self.open(scope)?;
        let address = found.address;
        open.insert(scope.clone(), found);
        Ok(address)
    }

    fn open(&self, scope: &Scope) -> io::Result<Open> {
        let (folder, file) = scope.path();
        let folder = self.data.join(folder);
        std::fs::create_dir_all(&folder)?;
        let path = folder.join(file).into_os_string().into_string();
        let path = path.map_err(|_| io::Error::other("the data directory is not UTF-8"))?;
        let database = Database::new(&path).map_err(io::Error::other)?;
        let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let serving = dynoxide::server::serve_on(TcpListener::from_std(listener)?, database.clone());
        self.servers.lock().unwrap_or_else(PoisonError::into_inner).spawn(serving);
        Ok(Open { database, address })
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
            open.values().map(|it| it.database.clone()).collect()
        };
        for database in databases {
            if let Err(error) = database.sweep_ttl() {
                eprintln!("longshore-dynamodb: expired items are not deleted: {error}");
            }
        }
    }
}
