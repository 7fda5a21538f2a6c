//! One service's file: types, schemas, errors, operations, trait, dispatcher.

use std::fmt::Write as _;

use serde_json::Value;

use crate::names;
use crate::schemas::schemas;
use crate::service::{Service, members, text};
use crate::types::types;

pub(crate) fn generate(service: &Service) -> String {
    let mut out = String::new();
    types(service, &mut out);
    schemas(service, &mut out);
    errors(service, &mut out);
    description(service, &mut out);
    operations(service, &mut out);
    service_trait(service, &mut out);
    dispatcher(service, &mut out);
    out
}

fn errors(service: &Service, out: &mut String) {
    out.push_str("/// The errors that the model names.\npub mod errors {\n");
    for (name, shape) in service.shapes() {
        let Some(error) = shape.get("error") else { continue };
        let code = text(error, "code");
        let status = &error["status"];
        let side = text(error, "fault");
        let function = names::snake(&name);
        let others: Vec<&String> = members(shape)
            .into_iter()
            .map(|(member, _)| member)
            .filter(|member| !member.eq_ignore_ascii_case("message"))
            .collect();
        if !others.is_empty() {
            writeln!(out, "    /// Further members, for `with`: {others:?}.").expect("a string");
        }
        write!(
            out,
            "    pub fn {function}(message: impl Into<String>) -> wire::ApiError {{
        wire::ApiError::{side}({code:?}, message).status({status})
    }}

"
        )
        .expect("a string");
    }
    out.push_str("}\n\n");
}

fn description(service: &Service, out: &mut String) {
    let signing = service.text("signingName");
    let prefix = service.text("endpointPrefix");
    let signing = if signing.is_empty() { prefix } else { signing };
    let wording = names::upper_first(service.quirk("wording"));
    let protocols = protocols(service);
    write!(
        out,
        "/// The service as the router and the codecs see it.
pub static SERVICE: wire::Service = wire::Service {{
    name: {:?},
    protocol: {},
    protocols: &[{}],
    api_version: {:?},
    signing_name: {signing:?},
    endpoint_prefix: {prefix:?},
    target_prefix: {:?},
    xml_namespace: {:?},
    quirks: wire::Quirks {{
        wording: wire::Wording::{wording},
        missing: {:?},
        invalid: {:?},
        unknown_member: {:?},
    }},
    query_error_shapes: &[{}],
    operations: OPERATIONS,
}};

",
        service.name,
        protocols.first().expect("a model lists a protocol"),
        protocols.join(", "),
        service.text("apiVersion"),
        service.text("targetPrefix"),
        service.text("xmlNamespace"),
        service.quirk("missing"),
        service.quirk("invalid"),
        service.quirk("unknown_member"),
        query_error_shapes(service),
    )
    .expect("a string");
}

/// All that the model lists, the first one first.
fn protocols(service: &Service) -> Vec<&'static str> {
    let listed = service.model["metadata"]["protocols"].as_array();
    let listed = listed.expect("every model lists its protocols");
    let named = listed.iter().map(|name| (name.as_str(), service.text("jsonVersion")));
    named
        .map(|named| match named {
            (Some("smithy-rpc-v2-cbor"), _) => "wire::Protocol::RpcV2Cbor",
            (Some("json"), "1.0") => "wire::Protocol::AwsJson10",
            (Some("json"), _) => "wire::Protocol::AwsJson11",
            (Some("query"), _) => "wire::Protocol::Query",
            (Some("ec2"), _) => "wire::Protocol::Ec2",
            (other, _) => panic!("no codec for {other:?}"),
        })
        .collect()
}

/// Of a service that is compatible with query: each error's code and the name of its shape,
/// where these differ.
fn query_error_shapes(service: &Service) -> String {
    if service.model["metadata"].get("awsQueryCompatible").is_none() {
        return String::new();
    }
    let mut pairs = String::new();
    for (name, shape) in service.shapes() {
        let Some(error) = shape.get("error") else { continue };
        write!(pairs, "({:?}, {name:?}), ", text(error, "code")).expect("a string");
    }
    pairs
}

fn operations(service: &Service, out: &mut String) {
    out.push_str("/// Sorted by name.\npub static OPERATIONS: &[wire::Operation] = &[\n");
    for (index, (name, operation)) in service.operations().into_iter().enumerate() {
        let input = typed(text(operation, "input"));
        let output = typed(text(operation, "output"));
        let wrapper = text(operation, "resultWrapper");
        let has_output = operation.get("empty").is_none();
        let readonly = operation.get("readonly").and_then(Value::as_bool).unwrap_or_default();
        let errors: Vec<&str> = operation
            .get("errors")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(|shape| text(&service.shape(shape)["error"], "code"))
            .collect();
        write!(
            out,
            "    wire::Operation {{
        name: {name:?},
        index: {index},
        input: {input},
        output: {output},
        result_wrapper: {wrapper:?},
        has_output: {has_output},
        errors: &{errors:?},
        readonly: {readonly},
    }},
"
        )
        .expect("a string");
    }
    out.push_str("];\n\n");
}

fn typed(shape: &str) -> String {
    let schema = names::constant(shape);
    let kind = names::type_name(shape);
    format!("wire::Typed {{ schema: &schema::{schema}, read: wire::read_boxed::<{kind}> }}")
}

fn service_trait(service: &Service, out: &mut String) {
    let trait_name = service.quirk("trait");
    write!(
        out,
        "/// The service's operations; one that is not written answers `NotImplemented`.
///
/// Write `async fn` in the implementation.
pub trait {trait_name}: Send + Sync {{
    /// Who asks, from where, and when; made by the edge.
    type Context: Sync;

    /// Whether the caller may do this with this input. It is asked before the operation is.
    fn admit(
        &self,
        context: &Self::Context,
        request: &wire::Request<'_>,
        input: &wire::Value,
    ) -> Result<(), wire::ApiError>;
"
    )
    .expect("a string");
    for (name, operation) in service.operations() {
        let method = names::snake(name);
        let input = names::type_name(text(operation, "input"));
        let output = names::type_name(text(operation, "output"));
        let service = service.name;
        write!(
            out,
            "
    fn {method}(
        &self,
        _context: &Self::Context,
        _input: {input},
    ) -> impl Future<Output = Result<{output}, wire::ApiError>> + Send {{
        std::future::ready(Err(wire::not_implemented({service:?}, {name:?})))
    }}
"
        )
        .expect("a string");
    }
    out.push_str("}\n\n");
}

fn dispatcher(service: &Service, out: &mut String) {
    let trait_name = service.quirk("trait");
    write!(
        out,
        "/// Decodes, asks whether the caller may, calls, encodes.
pub async fn dispatch<S: {trait_name}>(
    service: &S,
    context: &S::Context,
    request: &wire::Request<'_>,
) -> wire::Response {{
    let admit = |input: &wire::Value| service.admit(context, request, input);
    match request.operation.index {{
"
    )
    .expect("a string");
    for (index, (name, _)) in service.operations().into_iter().enumerate() {
        let method = names::snake(name);
        let call = format!("|it| service.{method}(context, it)");
        writeln!(out, "        {index} => wire::answer(request, admit, {call}).await,")
            .expect("a string");
    }
    out.push_str(
        "        _ => request.refuse(&wire::internal_failure()),
    }
}
",
    );
}
