//! In what order the packages of several spaces are applied, where one space refers to what another changes.
//!
//! A package of the application was written against a table as it was then. Where a later package of the platform renames
//! or drops a column of it, the application's package belongs before that one, and the application's next one after it. What
//! each contract rests on stands in it, as external; so the order can be worked out from the contracts alone.

use std::collections::BTreeSet;

use novate_contract::{Constraint, ConstraintKind, Contract, Ident, ObjectId, Table};

/// With more states than these nothing is searched: the spaces go one after the other.
const MOST_STATES: usize = 100_000;
/// A package is applied while what it rests on is not there.
const UNFOUNDED: u64 = 1_000;
/// A package takes away what another space's contract rests on at that moment.
const UNDERMINING: u64 = 100;

/// For each space the contracts from where it stands to where it goes; gives whose package comes next, for every package.
/// Where nothing speaks against it, a space goes to its end before the one after it begins.
pub(crate) fn order(spaces: &[Vec<Contract>]) -> Vec<usize> {
    let plain = || spaces.iter().enumerate().flat_map(|(at, route)| vec![at; route.len().saturating_sub(1)]).collect();
    let states = spaces.iter().try_fold(1_usize, |states, route| states.checked_mul(route.len().max(1)));
    let Some(states) = states.filter(|states| *states <= MOST_STATES) else { return plain() };
    let ground = Ground::of(spaces);
    if ground.is_plain() {
        return plain();
    }
    let strides: Vec<usize> =
        (0..spaces.len()).map(|at| spaces.iter().skip(at + 1).map(|route| route.len().max(1)).product()).collect();
    let positions = |state: usize| -> Vec<usize> {
        strides.iter().zip(spaces).map(|(stride, route)| state / stride % route.len().max(1)).collect()
    };
    let moves = |state: usize| {
        let at = positions(state);
        let free = |space: &usize| at.get(*space).is_some_and(|at| at + 1 < spaces.get(*space).map_or(0, Vec::len));
        let all: Vec<(usize, u64, usize)> = (0..spaces.len())
            .filter(free)
            .map(|space| (space, ground.cost(&at, space), state + strides.get(space).copied().unwrap_or_default()))
            .collect();
        all
    };
    // What it costs to get from each state to the end; every move leads to a later state.
    let mut costs: Vec<u64> = vec![0; states];
    for state in (0..states.saturating_sub(1)).rev() {
        let least =
            moves(state).iter().map(|(_, cost, next)| cost + costs.get(*next).copied().unwrap_or_default()).min();
        if let Some(cost) = costs.get_mut(state) {
            *cost = least.unwrap_or_default();
        }
    }
    let mut order = Vec::new();
    let mut state = 0;
    while let Some((space, _, next)) =
        moves(state).into_iter().min_by_key(|(_, cost, next)| cost + costs.get(*next).copied().unwrap_or_default())
    {
        order.push(space);
        state = next;
    }
    order
}

/// What rests on what.
struct Ground<'a> {
    spaces: &'a [Vec<Contract>],
    /// For each space the objects of others that it rests on at some point and that another space has at some point.
    shared: Vec<BTreeSet<ObjectId>>,
}

impl<'a> Ground<'a> {
    fn of(spaces: &'a [Vec<Contract>]) -> Self {
        let has = |route: &[Contract], id: &ObjectId| route.iter().any(|contract| contract.has(id));
        let shared = spaces.iter().enumerate().map(|(own, route)| {
            let external: BTreeSet<ObjectId> = route.iter().flat_map(Contract::marked_external).collect();
            let elsewhere =
                |id: &ObjectId| spaces.iter().enumerate().any(|(other, route)| other != own && has(route, id));
            external.into_iter().filter(elsewhere).collect()
        });
        Self { spaces, shared: shared.collect() }
    }

    fn is_plain(&self) -> bool {
        self.shared.iter().all(BTreeSet::is_empty)
    }

    fn contract(&self, space: usize, at: usize) -> Option<&Contract> {
        self.spaces.get(space)?.get(at)
    }

    /// What it costs to apply the next package of a space.
    fn cost(&self, at: &[usize], space: usize) -> u64 {
        let mut then = at.to_vec();
        if let Some(at) = then.get_mut(space) {
            *at += 1;
        }
        let undermined: u64 = (0..at.len())
            .filter(|other| *other != space)
            .map(|other| self.lacking(other, &then).saturating_sub(self.lacking(other, at)))
            .sum();
        self.lacking(space, &then) * UNFOUNDED + undermined * UNDERMINING
    }

    /// How many objects a space's contract rests on that no other space has so at these positions.
    fn lacking(&self, space: usize, at: &[usize]) -> u64 {
        let own = at.get(space).and_then(|own| self.contract(space, *own));
        let (Some(own), Some(shared)) = (own, self.shared.get(space)) else { return 0 };
        let others = || {
            let others = at.iter().enumerate().filter(|(other, _)| *other != space);
            others.filter_map(|(other, at)| self.contract(other, *at))
        };
        let lacking = shared.iter().filter(|id| own.has(id) && !others().any(|other| holds(own, other, id)));
        lacking.map(|_| 1_u64).sum()
    }
}

/// Whether a contract has an object as another one declares it.
fn holds(declared: &Contract, there: &Contract, id: &ObjectId) -> bool {
    match id {
        ObjectId::Table(name) => match (declared.tables.get(name), there.tables.get(name)) {
            (Some(declared), Some(there)) => table_holds(declared, there),
            _ => false,
        },
        ObjectId::Enum(name) => match (declared.enums.get(name), there.enums.get(name)) {
            (Some(declared), Some(there)) => declared.values.iter().all(|value| there.values.contains(value)),
            _ => false,
        },
        ObjectId::Extension(name) => match (declared.extensions.get(name), there.extensions.get(name)) {
            (Some(declared), Some(there)) => declared.schema.is_none() || declared.schema == there.schema,
            _ => false,
        },
        other => there.has(other),
    }
}

fn table_holds(declared: &Table, there: &Table) -> bool {
    let columns = declared.columns.iter();
    let same = columns.into_iter().all(|(name, column)| there.columns.get(name).is_some_and(|it| it.ty == column.ty));
    let keys = |table: &Table| -> BTreeSet<BTreeSet<Ident>> { table.constraints.values().filter_map(key).collect() };
    same && keys(declared).is_subset(&keys(there))
}

fn key(constraint: &Constraint) -> Option<BTreeSet<Ident>> {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) => Some(key.columns.iter().cloned().collect()),
        ConstraintKind::Unique(key) => Some(key.columns.iter().cloned().collect()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use novate_contract::{Column, Control, QName, Space, TypeName};

    use super::*;

    /// A contract with the table `x` of these columns, its own or somebody else's.
    fn with(columns: &[&str], control: Control) -> Contract {
        let mut contract = Contract::empty(Space::app());
        let column = |name: &&str| (Ident::new(*name), Column::new(TypeName::builtin("text")));
        let table = Table { control, columns: columns.iter().map(column).collect(), ..Table::default() };
        contract.tables.insert(QName::new("a", "x"), table);
        contract
    }

    fn empty() -> Contract {
        Contract::empty(Space::app())
    }

    const OURS: Control = Control::Managed;
    const THEIRS: Control = Control::External;

    #[test]
    fn one_after_the_other_where_nothing_speaks_against_it() {
        assert_eq!(order(&[vec![empty(), empty()], vec![empty(), empty(), empty()]]), [0, 1, 1]);
        let platform = vec![empty(), with(&["id"], OURS), with(&["id", "more"], OURS)];
        assert_eq!(order(&[platform, vec![empty(), with(&["id"], THEIRS)]]), [0, 0, 1]);
        assert_eq!(order(&[]), Vec::<usize>::new());
    }

    #[test]
    fn a_package_comes_while_what_it_rests_on_is_there() {
        // A column that the application refers to gets another name, and the application follows.
        let platform = vec![empty(), with(&["email"], OURS), with(&["mail"], OURS)];
        let application = vec![empty(), with(&["email"], THEIRS), with(&["mail"], THEIRS)];
        assert_eq!(order(&[platform.clone(), application.clone()]), [0, 1, 0, 1]);
        // From where the first half has been applied.
        assert_eq!(order(&[platform[1..].to_vec(), application[1..].to_vec()]), [0, 1]);
    }

    #[test]
    fn what_is_dropped_is_let_go_of_first() {
        let platform = vec![with(&["id"], OURS), empty()];
        let application = vec![with(&["id"], THEIRS), empty()];
        assert_eq!(order(&[platform, application]), [1, 0]);
    }
}
