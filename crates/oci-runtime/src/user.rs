//! Whom a process runs as: `user[:group]` resolved against the image's own account files.
//!
//! The image is not trusted: its files are opened inside of its root and read up to a bound.

use std::io::{self, ErrorKind, Read};
use std::path::Path;

use thiserror::Error;

use crate::inside;

/// LIMIT: as much of an image's `/etc/passwd` or `/etc/group` as is read.
const ACCOUNT_BYTES_MAX: u64 = 1 << 20;
/// LIMIT: supplementary groups of one user; the kernel's own bound is 65,536.
const GROUPS_MAX: usize = 1024;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ResolvedUser {
    pub uid: u32,
    pub gid: u32,
    pub supplementary: Vec<u32>,
    pub home: String,
}

#[derive(Debug, Error)]
pub enum UserError {
    #[error("unable to find user {0}: no matching entries in passwd file")]
    NoUser(String),
    #[error("unable to find group {0}: no matching entries in group file")]
    NoGroup(String),
    #[error("cannot read the image's `{path}`")]
    Read { path: &'static str, source: io::Error },
}

pub(crate) fn resolve(rootfs: &Path, user: &str) -> Result<ResolvedUser, UserError> {
    let passwd = read_inside(rootfs, "etc/passwd")?;
    let group = read_inside(rootfs, "etc/group")?;
    resolve_in(&Accounts { passwd: &passwd, group: &group }, user)
}

struct Accounts<'a> {
    passwd: &'a str,
    group: &'a str,
}

struct Account<'a> {
    name: &'a str,
    uid: u32,
    gid: u32,
    home: &'a str,
}

fn resolve_in(accounts: &Accounts<'_>, user: &str) -> Result<ResolvedUser, UserError> {
    let (user, group) = match user.split_once(':') {
        Some((user, group)) => (user, Some(group).filter(|group| !group.is_empty())),
        None => (user, None),
    };
    let user = if user.is_empty() { "0" } else { user };
    // A name is looked for before a number: an account may be called `1000`.
    let number = identifier(user);
    let account = accounts
        .users()
        .find(|account| account.name == user)
        .or_else(|| accounts.users().find(|account| Some(account.uid) == number));
    let uid = match (&account, number) {
        (Some(account), _) => account.uid,
        (None, Some(number)) => number,
        (None, None) => return Err(UserError::NoUser(user.to_owned())),
    };
    let (gid, supplementary) = match (group, &account) {
        (Some(group), _) => (accounts.group_id(group)?, Vec::new()),
        (None, Some(account)) => (account.gid, accounts.memberships(account.name)),
        (None, None) => (0, Vec::new()),
    };
    let home = account.map(|account| account.home).filter(|home| !home.is_empty());
    Ok(ResolvedUser { uid, gid, supplementary, home: home.unwrap_or("/").to_owned() })
}

impl<'a> Accounts<'a> {
    fn users(&self) -> impl Iterator<Item = Account<'a>> + use<'a> {
        self.passwd.lines().filter_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, uid, gid, ..] = fields[..] else { return None };
            Some(Account {
                name,
                uid: identifier(uid)?,
                gid: identifier(gid)?,
                home: fields.get(5).copied().unwrap_or_default(),
            })
        })
    }

    fn groups(&self) -> impl Iterator<Item = (&'a str, u32, &'a str)> + use<'a> {
        self.group.lines().filter_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let [name, _, gid, ..] = fields[..] else { return None };
            Some((name, identifier(gid)?, fields.get(3).copied().unwrap_or_default()))
        })
    }

    fn group_id(&self, group: &str) -> Result<u32, UserError> {
        let named = self.groups().find(|(name, ..)| *name == group).map(|(_, gid, _)| gid);
        named.or_else(|| identifier(group)).ok_or_else(|| UserError::NoGroup(group.to_owned()))
    }

    fn memberships(&self, user: &str) -> Vec<u32> {
        let listed = |members: &str| members.split(',').any(|member| member.trim() == user);
        self.groups()
            .filter(|(_, _, members)| listed(members))
            .map(|(_, gid, _)| gid)
            .take(GROUPS_MAX)
            .collect()
    }
}

/// A user or group number; the highest ones mean "unchanged" to the kernel.
fn identifier(text: &str) -> Option<u32> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok().filter(|number| i32::try_from(*number).is_ok())
}

/// An image without the file has no accounts, which is no error.
fn read_inside(rootfs: &Path, path: &'static str) -> Result<String, UserError> {
    let failed = |source: io::Error| UserError::Read { path, source };
    // A missing image is an error, unlike a missing file in it.
    rootfs.metadata().map_err(failed)?;
    let file = match inside::open(rootfs, path) {
        Ok(file) => file,
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(String::new());
        }
        Err(error) => return Err(failed(error)),
    };
    let mut bytes = Vec::new();
    file.take(ACCOUNT_BYTES_MAX).read_to_end(&mut bytes).map_err(failed)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWD: &str = "root:x:0:0:root:/root:/bin/sh\nweb:x:33:34::/srv:/bin/sh\n\
                          1000:x:77:78::/odd:\nbroken\nbad:x:a:b::\n";
    const GROUP: &str = "root:x:0:\nweb:x:34:\nlog:x:50:web,other\naudio:x:60:other\n";

    fn check(user: &str, expected: &str) {
        let accounts = Accounts { passwd: PASSWD, group: GROUP };
        let actual = match resolve_in(&accounts, user) {
            Ok(user) => {
                format!("{}:{} {:?} {}", user.uid, user.gid, user.supplementary, user.home)
            }
            Err(error) => error.to_string(),
        };
        assert_eq!(actual, expected, "{user:?}");
    }

    #[test]
    fn users_resolve_as_docker_resolves_them() {
        check("", "0:0 [] /root");
        check("web", "33:34 [50] /srv");
        check("33", "33:34 [50] /srv");
        check("web:log", "33:50 [] /srv");
        check("web:7", "33:7 [] /srv");
        check("1000", "77:78 [] /odd");
        check("4711", "4711:0 [] /");
        check("4711:12", "4711:12 [] /");
        check(":log", "0:50 [] /root");
        check("nobody", "unable to find user nobody: no matching entries in passwd file");
        check("web:none", "unable to find group none: no matching entries in group file");
        check("4294967295", "unable to find user 4294967295: no matching entries in passwd file");
        check("+5", "unable to find user +5: no matching entries in passwd file");
    }

    #[test]
    fn a_link_out_of_the_image_leads_nowhere() {
        let root = tempfile::tempdir().expect("a temporary directory");
        let etc = root.path().join("etc");
        std::fs::create_dir(&etc).expect("a new directory");
        let outside = root.path().with_extension("outside");
        std::fs::write(&outside, "web:x:33:34::/:\n").expect("a file");
        std::os::unix::fs::symlink(&outside, etc.join("passwd")).expect("a link");
        let result = resolve(root.path(), "web");
        std::fs::remove_file(&outside).expect("the file is there");
        assert!(matches!(result, Err(UserError::NoUser(_))), "{result:?}");
    }
}
