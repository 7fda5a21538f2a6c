//! One condition of a statement: a key of the request, and the values that it may have.
//!
//! COMPAT: "IAM JSON policy elements: Condition operators" and "Creating a condition with multiple
//! keys or values".

use crate::malformed::Malformed;
use crate::operator::{Named, Operator, Quantifier, Wanted};
use crate::pattern::Variables;
use crate::request::Context;

#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The operator as it was written.
    pub operator: String,
    /// In lower case.
    pub key: String,
    /// The key as it was written.
    pub key_name: String,
    /// One of them is to match; of a negated operator, none.
    pub values: Vec<String>,
    named: Named,
    wanted: Vec<Wanted>,
}

impl Condition {
    /// Refuses an operator that there is not, and a value that it could never be met by.
    pub(crate) fn new(
        operator: &str,
        (key, values): (&str, Vec<String>),
        variables: Variables,
    ) -> Result<Condition, Malformed> {
        let unknown = || Malformed::InvalidOperator(operator.to_owned());
        let named = Named::parse(operator).ok_or_else(unknown)?;
        let wanted = |value: &String| match Wanted::new(named.operator, value, variables) {
            Some(wanted) => Ok(wanted),
            // What a variable is worth is not known here.
            None if value.contains("${") => Ok(Wanted::Nothing),
            None => Err(Malformed::InvalidValue {
                operator: operator.to_owned(),
                key: key.to_owned(),
                value: value.clone(),
            }),
        };
        let wanted = values.iter().map(wanted).collect::<Result<_, _>>()?;
        Ok(Condition {
            operator: operator.to_owned(),
            key: key.to_lowercase(),
            key_name: key.to_owned(),
            values,
            named,
            wanted,
        })
    }

    pub(crate) fn is_met(&self, context: &Context) -> bool {
        let given = context.values(&self.key);
        if self.named.operator == Operator::Null {
            let is_absent = given.is_none_or(<[String]>::is_empty);
            return self.wanted.contains(&Wanted::Bool(is_absent));
        }
        let Some(values) = given else { return self.is_met_without() };
        let matches = |value: &String| {
            let mut wanted = self.wanted.iter();
            let is_one = wanted.any(|one| one.is_met(self.named.operator, value, context));
            is_one != self.named.is_negated
        };
        match self.named.quantifier {
            Quantifier::ForAllValues => values.iter().all(matches),
            Quantifier::ForAnyValue => values.iter().any(matches),
            // Of a key with several values that is asked as if it had one, any may be it; what
            // none may be, none of them may be.
            Quantifier::One if self.named.is_negated => values.iter().all(matches),
            Quantifier::One => values.iter().any(matches),
        }
    }

    /// The request does not have the key.
    fn is_met_without(&self) -> bool {
        match self.named.quantifier {
            Quantifier::ForAllValues => true,
            Quantifier::ForAnyValue => self.named.is_if_exists,
            Quantifier::One => self.named.is_if_exists || self.named.is_negated,
        }
    }
}
