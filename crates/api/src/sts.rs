//! AWS STS: the trait's methods, each in a file of its own.

use aws_api::sts::Sts;

use crate::{Api, Caller};

impl Sts for Api {
    type Context = Caller;
}
