//! Filters of parameters: `DescribeParameters` and `GetParametersByPath`.
//
// COMPAT: "Searching for Systems Manager parameters", and the messages as observed.

use aws_api::ssm::{ParameterStringFilter, ParametersFilter, ParametersFilterKey, errors};
use model::{Parameter, ParameterVersion};
use wire::ApiError;

use super::name;

/// All have to be met; of the values of one, any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Filters(Vec<Filter>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Filter {
    key: Key,
    how: How,
    values: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Name,
    Type,
    SealedWith,
    Path,
    Label,
    Tier,
    DataType,
    Tag(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Equals,
    BeginsWith,
    Contains,
    Recursive,
    OneLevel,
}

/// Which operation asks: not each takes every key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asking {
    DescribeParameters,
    GetParametersByPath,
}

const TYPES: [&str; 3] = ["String", "StringList", "SecureString"];
const TIERS: [&str; 3] = ["Standard", "Advanced", "Intelligent-Tiering"];

impl Filters {
    /// Reads `ParameterFilters`.
    pub(super) fn parse(
        asking: Asking,
        given: &[ParameterStringFilter],
    ) -> Result<Filters, ApiError> {
        let mut filters: Vec<Filter> = Vec::new();
        for one in given {
            let filter = Filter::parse(asking, one)?;
            if filters.iter().any(|known| known.key == filter.key) {
                return Err(errors::invalid_filter_key(format!(
                    "The following filter is duplicated in the request: {}. A request can contain \
                     only one occurrence of a specific filter.",
                    one.key
                )));
            }
            filters.push(filter);
        }
        Ok(Filters(filters))
    }

    /// Reads `Filters`, which `ParameterFilters` has replaced.
    pub(super) fn parse_old(given: &[ParametersFilter]) -> Filters {
        let filter = |one: &ParametersFilter| {
            let (key, how) = match one.key {
                ParametersFilterKey::Name => (Key::Name, How::BeginsWith),
                ParametersFilterKey::Type => (Key::Type, How::Equals),
                ParametersFilterKey::KeyId => (Key::SealedWith, How::Equals),
            };
            Filter { key, how, values: one.values.clone() }
        };
        Filters(given.iter().map(filter).collect())
    }

    pub(super) fn are_met(&self, parameter: &Parameter) -> bool {
        self.0.iter().all(|filter| filter.is_met(parameter))
    }

    /// The version that a `Label` asks for, else the latest.
    pub(super) fn version<'a>(
        &self,
        parameter: &'a Parameter,
    ) -> Option<(u64, &'a ParameterVersion)> {
        let Some(labels) = self.0.iter().find(|filter| filter.key == Key::Label) else {
            return Some(parameter.latest());
        };
        let has = |version: &ParameterVersion| {
            version.labels.iter().any(|label| labels.values.contains(label))
        };
        let found = parameter.versions.iter().rev().find(|(_, version)| has(version));
        found.map(|(number, version)| (*number, version))
    }
}

impl Filter {
    fn parse(asking: Asking, given: &ParameterStringFilter) -> Result<Filter, ApiError> {
        let key = Key::parse(asking, &given.key)?;
        let how = How::parse(&key, given.option.as_deref())?;
        let values = given.values.clone().unwrap_or_default();
        let is_tag = matches!(key, Key::Tag(_));
        if values.is_empty() && !is_tag {
            return Err(errors::invalid_filter_value(format!(
                "The following filter values are missing : null for filter key {}.",
                given.key
            )));
        }
        let known: Option<&[&str]> = match key {
            Key::Type if how == How::Equals => Some(&TYPES),
            Key::Tier => Some(&TIERS),
            _ => None,
        };
        if let Some(known) = known
            && let Some(other) = values.iter().find(|value| !known.contains(&value.as_str()))
        {
            return Err(errors::invalid_filter_value(format!(
                "The following filter value is not valid: {other}. Valid values include: [{}].",
                known.join(", ")
            )));
        }
        if key == Key::Path {
            values.iter().try_for_each(|path| check_path(path))?;
        }
        Ok(Filter { key, how, values })
    }

    fn is_met(&self, parameter: &Parameter) -> bool {
        let version = parameter.latest().1;
        let any = |text: &str| self.values.iter().any(|value| self.how.matches(text, value));
        match &self.key {
            Key::Name if self.how == How::Contains => any(&parameter.name),
            // COMPAT: the slash that a name begins with does not count.
            Key::Name => {
                let name = parameter.name.trim_start_matches('/');
                self.values
                    .iter()
                    .any(|value| self.how.matches(name, value.trim_start_matches('/')))
            }
            Key::Type => any(version.value.kind()),
            Key::SealedWith => version.value.key_id().is_some_and(any),
            Key::Path => self.values.iter().any(|path| is_under(&parameter.name, path, self.how)),
            Key::Label => parameter
                .versions
                .values()
                .any(|version| version.labels.iter().any(|label| any(label))),
            Key::Tier => any(super::tier::render(version.tier).as_str()),
            Key::DataType => any(&version.data_type),
            Key::Tag(tag) => {
                let value = parameter.tags.get(tag);
                value.is_some_and(|value| self.values.is_empty() || any(value))
            }
        }
    }
}

impl Key {
    fn parse(asking: Asking, text: &str) -> Result<Key, ApiError> {
        let key = match text {
            "Name" => Key::Name,
            "Type" => Key::Type,
            "KeyId" => Key::SealedWith,
            "Path" => Key::Path,
            "Label" => Key::Label,
            "Tier" => Key::Tier,
            "DataType" => Key::DataType,
            // The model lets nothing else through.
            other => Key::Tag(other.trim_start_matches("tag:").to_owned()),
        };
        let (is_taken, valid) = match asking {
            Asking::DescribeParameters => {
                (key != Key::Label, "[Name, Type, KeyId, Path, Tier, DataType, tag:key]")
            }
            Asking::GetParametersByPath => {
                (matches!(key, Key::Type | Key::SealedWith | Key::Label), "[Type, KeyId, Label]")
            }
        };
        if !is_taken {
            return Err(errors::invalid_filter_key(format!(
                "The following filter key is not valid: {text}. Valid filter keys include: \
                 {valid}."
            )));
        }
        Ok(key)
    }
}

impl How {
    fn parse(key: &Key, text: Option<&str>) -> Result<How, ApiError> {
        let (how, valid) = match (key, text) {
            (Key::Path, None | Some("OneLevel")) => (Some(How::OneLevel), ""),
            (Key::Path, Some("Recursive")) => (Some(How::Recursive), ""),
            (Key::Path, Some(_)) => (None, "[Recursive, OneLevel]"),
            (_, None | Some("Equals")) => (Some(How::Equals), ""),
            (Key::Label, Some(_)) => (None, "[Equals]"),
            (_, Some("BeginsWith")) => (Some(How::BeginsWith), ""),
            (Key::Name, Some("Contains")) => (Some(How::Contains), ""),
            (Key::Name, Some(_)) => (None, "[Equals, BeginsWith, Contains]"),
            (_, Some(_)) => (None, "[Equals, BeginsWith]"),
        };
        how.ok_or_else(|| {
            errors::invalid_filter_option(format!(
                "The following filter option is not valid: {}. Valid options include: {valid}.",
                text.unwrap_or_default()
            ))
        })
    }

    fn matches(self, text: &str, value: &str) -> bool {
        match self {
            How::Equals => text == value,
            How::BeginsWith => text.starts_with(value),
            How::Contains => text.contains(value),
            How::Recursive | How::OneLevel => is_under(text, value, self),
        }
    }
}

/// Refuses what is no level of a hierarchy.
pub(super) fn check_path(path: &str) -> Result<(), ApiError> {
    name::check_form(path)?;
    if !path.starts_with('/') || path.contains("//") {
        return Err(super::invalid(
            "The parameter doesn't meet the parameter name requirements. The parameter name must \
             begin with a forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" \
             (case-insensitive). It must use only letters, numbers, or the following symbols: . \
             (period), - (hyphen), _ (underscore). Special characters are not allowed. All \
             sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: \
             /get/parameters2-/by1./path0_.",
        ));
    }
    Ok(())
}

/// Whether a parameter is under a level: directly, or anywhere.
pub(super) fn is_directly_under(name: &str, path: &str) -> bool {
    is_under(name, path, How::OneLevel)
}

pub(super) fn is_anywhere_under(name: &str, path: &str) -> bool {
    is_under(name, path, How::Recursive)
}

fn is_under(name: &str, path: &str, how: How) -> bool {
    // COMPAT: a name without a hierarchy is at its root.
    let name = name.trim_start_matches('/');
    let path = path.trim_matches('/');
    let rest = if path.is_empty() {
        Some(name)
    } else {
        name.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'))
    };
    rest.is_some_and(|rest| how == How::Recursive || !rest.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_whole_words() {
        let under = |name, path| (is_directly_under(name, path), is_anywhere_under(name, path));
        assert_eq!(under("/a/b", "/a"), (true, true));
        assert_eq!(under("/a/b", "/a/"), (true, true));
        assert_eq!(under("/a/b/c", "/a"), (false, true));
        assert_eq!(under("/ab/c", "/a"), (false, false));
        assert_eq!(under("/a", "/a"), (false, false));
        assert_eq!(under("a", "/"), (true, true));
        assert_eq!(under("/a/b", "/"), (false, true));
    }

    fn given(key: &str, option: Option<&str>, values: &[&str]) -> ParameterStringFilter {
        ParameterStringFilter {
            key: key.to_owned(),
            option: option.map(str::to_owned),
            values: Some(values.iter().map(|value| (*value).to_owned()).collect()),
        }
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        use Asking::{DescribeParameters, GetParametersByPath};
        for (asking, one, code) in [
            (DescribeParameters, given("Label", None, &["a"]), "InvalidFilterKey"),
            (GetParametersByPath, given("Name", None, &["a"]), "InvalidFilterKey"),
            (
                GetParametersByPath,
                given("Label", Some("BeginsWith"), &["a"]),
                "InvalidFilterOption",
            ),
            (DescribeParameters, given("Path", Some("Equals"), &["/a"]), "InvalidFilterOption"),
            (DescribeParameters, given("Type", Some("Contains"), &["a"]), "InvalidFilterOption"),
            (DescribeParameters, given("Type", None, &["Text"]), "InvalidFilterValue"),
            (DescribeParameters, given("Tier", None, &["Best"]), "InvalidFilterValue"),
            (DescribeParameters, given("Name", None, &[]), "InvalidFilterValue"),
            (DescribeParameters, given("Path", None, &["a"]), "ValidationException"),
        ] {
            let told =
                Filters::parse(asking, std::slice::from_ref(&one)).map_err(|error| error.code);
            assert_eq!(told, Err(code.into()), "{one:?}");
        }
        let twice = [given("Name", None, &["a"]), given("Name", None, &["b"])];
        let told = Filters::parse(DescribeParameters, &twice).map_err(|error| error.code);
        assert_eq!(told, Err("InvalidFilterKey".into()));
    }
}
