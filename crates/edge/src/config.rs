//! How the listener was told to behave, and which of that is refused.

use std::net::{IpAddr, SocketAddr};

use model::Scope;
use model::packet_rules::HOST_ADDRESS;

use crate::limits::Limits;

/// Refuses what would open the machine to others.
pub fn validate(config: &Config, addresses: &[SocketAddr]) -> Result<(), ConfigError> {
    match config.auth {
        AuthMode::Verify => Ok(()),
        AuthMode::Any => match addresses.iter().find(|address| !is_inside(address.ip())) {
            Some(address) => Err(ConfigError::AnyBeyondLoopback(*address)),
            None => Ok(()),
        },
    }
}

/// Of this machine: its own, or that of its tasks, where the packet filter lets nobody else in.
fn is_inside(ip: IpAddr) -> bool {
    ip.is_loopback() || ip == HOST_ADDRESS
}

#[derive(Clone, Debug)]
pub struct Config {
    pub auth: AuthMode,
    /// Account and region of a request that names none, which only
    /// [`AuthMode::Any`] lets through.
    pub default_scope: Scope,
    pub limits: Limits,
}

/// Whether a request must prove who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMode {
    /// Every request is signed with the secret of a known key.
    Verify,
    /// Anyone is the root of an account: an emulator for development and CI.
    Any,
}

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    #[error(
        "requests without signatures are served on loopback only, not on `{0}`; \
         listen on 127.0.0.1, or verify signatures"
    )]
    AnyBeyondLoopback(SocketAddr),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_stays_on_loopback() {
        let check = |auth, addresses: &[&str]| {
            let default_scope = Scope::new("000000000000", "us-east-1");
            let config = Config { auth, default_scope, limits: Limits::default() };
            let addresses: Vec<SocketAddr> =
                addresses.iter().map(|text| text.parse().expect("an address")).collect();
            validate(&config, &addresses).is_ok()
        };
        assert!(check(AuthMode::Any, &["127.0.0.1:4566", "[::1]:4566", "127.8.8.8:1"]));
        assert!(check(AuthMode::Any, &["169.254.169.253:4566"]));
        assert!(!check(AuthMode::Any, &["127.0.0.1:4566", "0.0.0.0:4566"]));
        assert!(!check(AuthMode::Any, &["[::]:4566"]));
        assert!(!check(AuthMode::Any, &["192.168.1.7:4566"]));
        assert!(check(AuthMode::Verify, &["0.0.0.0:4566", "[::]:4566"]));
    }
}
