//! Sequences, and the options that identity columns share with them.

use super::{Checker, ProblemKind};
use crate::{ObjectId, QName, Sequence, SequenceOptions};

impl Checker<'_> {
    pub(super) fn sequence(&mut self, name: &QName, sequence: &Sequence) {
        let id = ObjectId::Sequence(name.clone());
        self.in_schema(&id, &name.schema);
        self.sequence_options(&id, &sequence.options);
        let Some(owner) = &sequence.owner else { return };
        match self.contract.tables.get(&owner.table) {
            None => self.report(&id, ProblemKind::Missing(ObjectId::Table(owner.table.clone()))),
            Some(table) => {
                if self.find_column(&owner.table, table, &owner.column).is_none() {
                    let column = ObjectId::Column(owner.table.clone(), owner.column.clone());
                    self.report(&id, ProblemKind::Missing(column));
                }
                if owner.table.schema != name.schema {
                    let message = format!("it belongs to {}, which is in another schema", owner.table);
                    self.report(&id, ProblemKind::Invalid(message));
                }
            }
        }
    }

    pub(super) fn sequence_options(&mut self, id: &ObjectId, options: &SequenceOptions) {
        let SequenceOptions { ty, start, increment, min, max, cache, cycle: _ } = options;
        let (low, high) = SequenceOptions::bounds(ty);
        let wrong = [
            (
                !matches!(ty.to_string().as_str(), "smallint" | "integer" | "bigint"),
                "its type is no integer".to_owned(),
            ),
            (*increment == 0, "its increment is zero".to_owned()),
            (min >= max, format!("its bounds {min} and {max} leave no room")),
            (*min < low || *max > high, format!("its bounds {min} and {max} are beyond {ty}")),
            (start < min || start > max, format!("it starts at {start}, outside its bounds {min} and {max}")),
            (*cache < 1, format!("its cache is {cache}")),
        ];
        for (_, message) in wrong.into_iter().filter(|(is_wrong, _)| *is_wrong) {
            self.report(id, ProblemKind::Invalid(message));
        }
    }
}
