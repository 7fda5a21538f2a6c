//! What the object store asks of the rest, whose a key is and what they may; and what the rest asks
//! of it: environment files of tasks.

use std::fmt;
use std::sync::Arc;

use api::{Api, Caller, ObjectWanted, OutsideCall, ReadObject, Reading};
use edge::{Credentials, Identity, LookupError};
use iam::{Context, Policy};
use model::{Principal, Scope, Timestamp};
use objects::{Ask, Gate, ObjectStore, ReadFor};
use zeroize::Zeroizing;

/// Decides by the caller's policies and the bucket's.
pub(crate) struct Gatekeeper {
    keys: Arc<dyn Credentials>,
    api: Arc<Api>,
    /// Buckets are of no region, as far as policies go: the one of `up` is named.
    region: String,
}

impl Gate for Gatekeeper {
    fn identity(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Identity, LookupError> {
        self.keys.lookup(access_key_id, session_token, now)
    }

    fn knows_principals(&self, account: &str, policy: &Policy) -> bool {
        self.api.knows_principals(account, policy)
    }

    fn authorize(&self, principal: Option<&Arc<Principal>>, ask: &Ask<'_>) -> Result<(), String> {
        let caller = principal.map(|principal| self.caller(principal, ask.context));
        let call = OutsideCall {
            action: ask.action,
            resource: ask.resource,
            owner: ask.owner,
            context: ask.context,
            resource_policy: ask.bucket_policy,
        };
        // COMPAT: "Troubleshoot access denied (403 Forbidden) errors in Amazon S3": nobody is told
        // no reason, and resources are in quotes.
        self.api.authorize_outside(caller.as_ref(), &call).map_err(|refusal| match caller {
            None => "Access Denied".to_owned(),
            Some(_) => format!(
                "User: {} is not authorized to perform: {} on resource: \"{}\" {}",
                refusal.principal(),
                ask.action,
                ask.resource,
                refusal.reason()
            ),
        })
    }
}

impl Gatekeeper {
    pub(crate) fn new(keys: &Arc<dyn Credentials>, api: &Arc<Api>, region: &str) -> Gatekeeper {
        let region = region.to_owned();
        Gatekeeper { keys: Arc::clone(keys), api: Arc::clone(api), region }
    }

    fn caller(&self, principal: &Arc<Principal>, context: &Context) -> Caller {
        let scope = Scope::new(principal.account.as_str(), self.region.as_str());
        let mut caller = Caller::root(scope, crate::clock::now());
        caller.principal = Arc::clone(principal);
        let from = context.single("aws:sourceip").and_then(|ip| ip.parse().ok());
        caller.source_ip = from.unwrap_or(caller.source_ip);
        caller
    }
}

/// The objects that are read for tasks.
pub(crate) struct TaskObjects(pub(crate) ObjectStore);

impl ReadObject for TaskObjects {
    fn read<'a>(&'a self, caller: &'a Caller, wanted: ObjectWanted<'a>) -> Reading<'a> {
        let ObjectWanted { bucket, key, bytes_max } = wanted;
        let (principal, now) = (Arc::clone(&caller.principal), caller.now);
        Box::pin(async move {
            let read = self.0.read_for(ReadFor { principal, now, bucket, key, bytes_max }).await;
            read.map(Zeroizing::new).map_err(|error| error.to_string())
        })
    }
}

impl fmt::Debug for TaskObjects {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("TaskObjects")
    }
}
