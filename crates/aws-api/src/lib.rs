//! The AWS services' types, schemas and traits, generated from `models/`.
//!
//! Each service is a module: its shapes as Rust types, `errors` (a constructor for each
//! modelled error), one trait with a method an operation, `dispatch`, and `SERVICE`. A
//! member is a plain `T` where the model requires it in a shape that only requests have,
//! else an `Option`. Constraints of the model are checked before a method is called.
//!
//! An operation is written by overriding its method, with `async fn`:
//!
//! ```
//! use aws_api::sts::{GetCallerIdentityRequest, GetCallerIdentityResponse, Sts};
//!
//! struct Api;
//!
//! struct Caller {
//!     account: String,
//! }
//!
//! impl Sts for Api {
//!     type Context = Caller;
//!
//!     fn admit(
//!         &self,
//!         _caller: &Caller,
//!         _request: &wire::Request<'_>,
//!         _input: &wire::Value,
//!     ) -> Result<(), wire::ApiError> {
//!         Ok(())
//!     }
//!
//!     async fn get_caller_identity(
//!         &self,
//!         caller: &Caller,
//!         _input: GetCallerIdentityRequest,
//!     ) -> Result<GetCallerIdentityResponse, wire::ApiError> {
//!         Ok(GetCallerIdentityResponse {
//!             account: Some(caller.account.clone()),
//!             ..GetCallerIdentityResponse::default()
//!         })
//!     }
//! }
//! ```
//!
//! and the edge answers a request with
//!
//! ```text
//! let route = wire::route(aws_api::SERVICES, &facts)?;
//! let request = route.request(&facts, &request_id);
//! let response = match route.service.name {
//!     "sts" => aws_api::sts::dispatch(&api, &context, &request).await,
//!     …
//! };
//! ```
//!
//! INVARIANT: these types stop at the services' crate; nothing below knows a protocol.

#![forbid(unsafe_code)]

/// All services, for the router.
pub static SERVICES: &[&wire::Service] = &[
    &ecs::SERVICE,
    &elbv2::SERVICE,
    &ec2::SERVICE,
    &sts::SERVICE,
    &logs::SERVICE,
    &cloudwatch::SERVICE,
    &codedeploy::SERVICE,
    &iam::SERVICE,
    &secretsmanager::SERVICE,
    &ssm::SERVICE,
    &kms::SERVICE,
];

macro_rules! service {
    ($name:ident, $about:literal) => {
        #[doc = $about]
        #[expect(clippy::pedantic, reason = "generated; named as the models name things")]
        pub mod $name {
            include!(concat!(env!("OUT_DIR"), "/", stringify!($name), ".rs"));
        }
    };
}

service!(ecs, "Amazon Elastic Container Service.");
service!(elbv2, "Elastic Load Balancing: application, network and gateway load balancers.");
service!(ec2, "Amazon EC2: the part that networks are described by.");
service!(sts, "AWS Security Token Service.");
service!(logs, "Amazon CloudWatch Logs.");
service!(cloudwatch, "Amazon CloudWatch: the part that alarms are made of.");
service!(codedeploy, "AWS CodeDeploy: the part that blue/green deployments of ECS need.");
service!(iam, "AWS Identity and Access Management: what policies are made of.");
service!(secretsmanager, "AWS Secrets Manager.");
service!(ssm, "AWS Systems Manager: Parameter Store.");
service!(kms, "AWS Key Management Service: the part that secrets need.");
