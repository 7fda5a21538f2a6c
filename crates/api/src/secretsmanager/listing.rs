//! Pages of secrets, in the order that a caller wants.

use aws_api::secretsmanager::{SortByType, SortOrderType, errors};
use model::{Entry, Secret, Timestamp};
use wire::ApiError;

use crate::paging::{self, BadToken, Order, Page};

/// COMPAT: "If not specified, secrets are listed by `CreatedDate`."
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sort {
    pub by: Option<SortByType>,
    pub order: Option<SortOrderType>,
}

impl Sort {
    /// What secrets are compared by; no two have the same.
    fn key(self, secret: &Secret) -> String {
        let of_date = |at: Timestamp| format!("{:020}/{}", at.as_millis().max(0), secret.name);
        match self.by.unwrap_or(SortByType::CreatedDate) {
            SortByType::CreatedDate => of_date(secret.created_at),
            SortByType::LastAccessedDate => of_date(secret.accessed_on.unwrap_or(Timestamp::EPOCH)),
            SortByType::LastChangedDate => of_date(secret.changed_at),
            SortByType::Name => secret.name.clone(),
        }
    }

    fn order(self) -> Order {
        match self.order {
            None | Some(SortOrderType::Asc) => Order::Ascending,
            Some(SortOrderType::Desc) => Order::Descending,
        }
    }
}

/// A page of secrets, after the one that the token names and as long as the limit.
pub(super) fn page<'a>(
    secrets: impl Iterator<Item = &'a Entry<Secret>>,
    sort: Sort,
    asked: (Option<&str>, usize),
) -> Result<Page<&'a Entry<Secret>>, ApiError> {
    let mut keyed: Vec<_> = secrets.map(|secret| (sort.key(secret), secret)).collect();
    keyed.sort_by(|(one, _), (other, _)| match sort.order() {
        Order::Ascending => one.cmp(other),
        Order::Descending => other.cmp(one),
    });
    let page =
        paging::page_in(sort.order(), keyed, |(key, _)| key.clone(), asked).map_err(bad_token)?;
    let items = page.items.into_iter().map(|(_, secret)| secret).collect();
    Ok(Page { items, next_token: page.next_token })
}

pub(super) fn bad_token(_: BadToken) -> ApiError {
    errors::invalid_next_token_exception("The NextToken value is invalid.")
}
