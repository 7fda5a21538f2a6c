//! The attributes of an HTTP listener: all that it has is as AWS has it unless set.

use aws_api::elbv2::ListenerAttribute;
use model::Attributes;

use super::{Accepts, Attribute};

pub(in crate::elbv2) static TABLE: &[Attribute] = &[
    Attribute::new("routing.http.response.server.enabled", "true", Accepts::Default),
    header("routing.http.response.strict_transport_security.header_value"),
    header("routing.http.response.access_control_allow_origin.header_value"),
    header("routing.http.response.access_control_allow_methods.header_value"),
    header("routing.http.response.access_control_allow_headers.header_value"),
    header("routing.http.response.access_control_allow_credentials.header_value"),
    header("routing.http.response.access_control_expose_headers.header_value"),
    header("routing.http.response.access_control_max_age.header_value"),
    header("routing.http.response.content_security_policy.header_value"),
    header("routing.http.response.x_content_type_options.header_value"),
    header("routing.http.response.x_frame_options.header_value"),
];

/// A header that is added to answers where it has a value.
const fn header(key: &'static str) -> Attribute {
    Attribute::new(key, "", Accepts::Default)
}

pub(in crate::elbv2) fn render(held: &Attributes) -> Vec<ListenerAttribute> {
    super::list(TABLE, held)
        .map(|(key, value)| ListenerAttribute { key: Some(key), value: Some(value) })
        .collect()
}
