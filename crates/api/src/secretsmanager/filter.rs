//! Filters of lists: which secrets a caller wants to see.
//
// COMPAT: "Find secrets" of the Secrets Manager User Guide, and `Filter` of its API Reference.

use aws_api::secretsmanager::{Filter, FilterNameStringType};
use model::Secret;
use wire::ApiError;

/// A secret has to match each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filters(Vec<Criterion>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Criterion {
    key: FilterNameStringType,
    /// One of these is to match, where there are any,
    wanted: Vec<String>,
    /// and none of these.
    unwanted: Vec<String>,
}

impl Filters {
    pub(super) fn parse(given: &[Filter]) -> Result<Filters, ApiError> {
        given.iter().map(Criterion::parse).collect::<Result<_, _>>().map(Filters)
    }

    pub(super) fn match_all(&self, secret: &Secret) -> bool {
        self.0.iter().all(|filter| filter.is_met(secret))
    }
}

impl Criterion {
    fn parse(given: &Filter) -> Result<Criterion, ApiError> {
        let key = given.key.ok_or_else(|| super::invalid("A filter has to have a key."))?;
        let values = given.values.as_deref().unwrap_or_default();
        if values.is_empty() {
            let message = format!("Invalid filter values for key: {}", key.as_str());
            return Err(super::invalid(message));
        }
        let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
        for value in values {
            match value.strip_prefix('!') {
                Some(value) => unwanted.push(value.to_owned()),
                None => wanted.push(value.clone()),
            }
        }
        Ok(Criterion { key, wanted, unwanted })
    }

    fn is_met(&self, secret: &Secret) -> bool {
        let has = |value: &String| has(secret, self.key, value);
        (self.wanted.is_empty() || self.wanted.iter().any(has)) && !self.unwanted.iter().any(has)
    }
}

fn has(secret: &Secret, key: FilterNameStringType, value: &str) -> bool {
    match key {
        FilterNameStringType::Description => {
            let description = secret.description.as_deref().unwrap_or_default();
            description.to_lowercase().starts_with(&value.to_lowercase())
        }
        FilterNameStringType::Name => secret.name.starts_with(value),
        FilterNameStringType::TagKey => secret.tags.keys().any(|tag| tag.starts_with(value)),
        FilterNameStringType::TagValue => secret.tags.values().any(|tag| tag.starts_with(value)),
        FilterNameStringType::PrimaryRegion => secret.scope.region.starts_with(value),
        // None is another service's.
        FilterNameStringType::OwningService => false,
        FilterNameStringType::All => words(value).all(|word| is_anywhere(secret, &word)),
    }
}

fn words(value: &str) -> impl Iterator<Item = String> {
    let parts = value.split(|letter: char| !letter.is_alphanumeric());
    parts.filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// Whether a word, in lower case, is in any attribute.
fn is_anywhere(secret: &Secret, word: &str) -> bool {
    let tags = secret.tags.iter().flat_map(|(key, value)| [key, value]);
    tags.chain([&secret.name, &secret.scope.region])
        .chain(&secret.description)
        .any(|attribute| attribute.to_lowercase().contains(word))
}
