//! The edge's services: every AWS service, dispatched to the one API.

use std::sync::Arc;

use api::{Api, Caller, IdentifyError};
use edge::{Credentials, Identity, LookupError, RequestContext, Services};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use model::{Principal, Timestamp};
use sigv4::SecretKey;

use crate::credentials::RootCredentials;

pub(crate) struct ApiServices(pub(crate) Arc<Api>);

impl Services for ApiServices {
    fn schemas(&self) -> &'static [&'static wire::Service] {
        aws_api::SERVICES
    }

    fn call<'a>(
        &'a self,
        context: &'a RequestContext,
        request: &'a wire::Request<'a>,
    ) -> BoxFuture<'a, wire::Response> {
        async move {
            let api = &*self.0;
            let caller = Caller {
                scope: context.scope.clone(),
                principal: Arc::clone(&context.principal),
                access_key_id: context.access_key_id.clone(),
                now: context.now,
                request_id: context.request_id.clone(),
                source_ip: context.source_ip,
                user_agent: context.user_agent.clone(),
            };
            match request.service.name {
                "ecs" => aws_api::ecs::dispatch(api, &caller, request).await,
                "elbv2" => aws_api::elbv2::dispatch(api, &caller, request).await,
                "ec2" => aws_api::ec2::dispatch(api, &caller, request).await,
                "sts" => aws_api::sts::dispatch(api, &caller, request).await,
                "logs" => aws_api::logs::dispatch(api, &caller, request).await,
                "cloudwatch" => aws_api::cloudwatch::dispatch(api, &caller, request).await,
                "codedeploy" => aws_api::codedeploy::dispatch(api, &caller, request).await,
                "iam" => aws_api::iam::dispatch(api, &caller, request).await,
                "secretsmanager" => aws_api::secretsmanager::dispatch(api, &caller, request).await,
                "ssm" => aws_api::ssm::dispatch(api, &caller, request).await,
                "kms" => aws_api::kms::dispatch(api, &caller, request).await,
                other => {
                    tracing::error!(service = other, "a service is routed and not served");
                    request.refuse(&wire::internal_failure())
                }
            }
        }
        .boxed()
    }
}

/// The root's key, which is in a file, and all others, which the API knows.
pub(crate) struct Keys {
    pub(crate) root: RootCredentials,
    pub(crate) api: Arc<Api>,
}

impl Credentials for Keys {
    fn lookup(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Identity, LookupError> {
        if access_key_id == self.root.access_key_id && session_token.is_none() {
            return Ok(Identity {
                principal: Arc::new(Principal::root(self.root.account.as_str())),
                secret: SecretKey::new(self.root.secret_access_key.as_str()),
            });
        }
        let found = self.api.identify(access_key_id, session_token, now);
        let found = found.map_err(|error| match error {
            IdentifyError::Unknown => LookupError::Unknown,
            IdentifyError::Expired => LookupError::Expired,
        })?;
        let secret = SecretKey::new(found.secret.as_str());
        Ok(Identity { principal: found.principal, secret })
    }
}
