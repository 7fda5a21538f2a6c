//! Amazon CloudWatch: its operations are known, checked and refused by name; none is written yet.

use aws_api::cloudwatch::CloudWatch;

use crate::{Api, Caller};

impl CloudWatch for Api {
    type Context = Caller;
}
