//! The edge's services: every AWS service, dispatched to the one API.

use std::sync::{Arc, LazyLock};

use api::{Api, Caller, IdentifyError};
use dynamodb::Ask;
use dynamodb_proxy::{Authorize, Proxy};
use edge::{Credentials, Identity, LookupError, RequestContext, Services};
use futures_util::FutureExt as _;
use futures_util::future::BoxFuture;
use model::{Principal, Timestamp};
use sigv4::SecretKey;

use crate::credentials::RootCredentials;

pub(crate) struct ApiServices {
    pub(crate) api: Arc<Api>,
    pub(crate) dynamodb: Arc<Proxy>,
}

/// Those that are decoded here, and those of which the engine decodes the requests.
static SCHEMAS: LazyLock<Vec<&'static wire::Service>> = LazyLock::new(|| {
    let own = [&dynamodb::SERVICE, &dynamodb::STREAMS];
    aws_api::SERVICES.iter().copied().chain(own).collect()
});

impl Services for ApiServices {
    fn schemas(&self) -> &'static [&'static wire::Service] {
        &SCHEMAS
    }

    fn call<'a>(
        &'a self,
        context: &'a RequestContext,
        request: &'a wire::Request<'a>,
    ) -> BoxFuture<'a, wire::Response> {
        async move {
            let api = &*self.api;
            let caller = caller(context);
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
                "dynamodb" | "dynamodbstreams" => self.dynamodb.answer(context, request).await,
                other => {
                    tracing::error!(service = other, "a service is routed and not served");
                    request.refuse(&wire::internal_failure())
                }
            }
        }
        .boxed()
    }
}

/// The policies decide on DynamoDB as on all else.
#[derive(Debug)]
pub(crate) struct ByPolicies(pub(crate) Arc<Api>);

impl Authorize for ByPolicies {
    fn authorize(&self, context: &RequestContext, ask: &Ask) -> Result<(), wire::ApiError> {
        let asked = (ask.action, ask.resource.as_str());
        let decided = self.0.authorize_asked(&caller(context), asked, &ask.context);
        decided.map_err(|sentence| wire::ApiError::client("AccessDeniedException", sentence))
    }
}

fn caller(context: &RequestContext) -> Caller {
    Caller {
        scope: context.scope.clone(),
        principal: Arc::clone(&context.principal),
        access_key_id: context.access_key_id.clone(),
        now: context.now,
        request_id: context.request_id.clone(),
        source_ip: context.source_ip,
        user_agent: context.user_agent.clone(),
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
