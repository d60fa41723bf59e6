//! Which extensions a throwaway server has to offer.

use std::collections::BTreeSet;

use novate_contract::Contract;

/// The extensions of these contracts.
pub(crate) fn of<'a>(contracts: impl IntoIterator<Item = &'a Contract>) -> Vec<String> {
    let names = contracts.into_iter().flat_map(|contract| contract.extensions.keys());
    names.map(|name| name.as_str().to_owned()).collect::<BTreeSet<String>>().into_iter().collect()
}
