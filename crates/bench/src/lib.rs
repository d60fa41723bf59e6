//! Schemas of any size, for whatever measures: the benchmarks of this crate, and `cargo xtask bench`.
//!
//! It makes texts and depends on nothing. The same numbers give the same bytes, so that figures can be compared. It must
//! never be used by anything that is shipped.
#![forbid(unsafe_code)]

use std::fmt::Write as _;

/// Tables as applications have them, four statements each: keys, foreign keys, checks, defaults, indexes and comments.
/// Where `changed`, the first of every so many has a column more.
pub fn schema(tables: usize, changed: Option<usize>) -> String {
    let mut sql = String::new();
    for number in 0..tables {
        let parent = number / 2;
        let more = changed.is_some_and(|every| number.is_multiple_of(every));
        let more = if more { ",\n    added text" } else { "" };
        // Writing to a String cannot fail.
        let _ = write!(
            sql,
            "CREATE TABLE t{number} (\n    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,\n    parent_id bigint \
             REFERENCES t{parent} (id) ON DELETE CASCADE,\n    email text NOT NULL UNIQUE,\n    amount numeric(12,2) \
             DEFAULT 0 NOT NULL CHECK (amount >= 0),\n    state varchar(20) DEFAULT 'new' CHECK (state IN ('new', \
             'done')),\n    created_at timestamptz DEFAULT now() NOT NULL{more}\n);\nCREATE INDEX ON t{number} (created_at \
             DESC) WHERE state <> 'done';\nCOMMENT ON TABLE t{number} IS 'Table {number}';\n"
        );
    }
    sql
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use novate_source::{SourceFile, SourceOptions, read};

    use super::*;

    fn contract(text: String) -> novate_contract::Contract {
        read(&[SourceFile::new("schema.sql", text)], &SourceOptions::default()).unwrap().contract
    }

    #[test]
    fn a_schema_is_a_contract_and_its_change_is_what_was_asked_for() {
        let (before, after) = (contract(schema(40, None)), contract(schema(40, Some(20))));
        let plan = novate_planner::plan(&before, &after, &novate_planner::PlanOptions::default()).unwrap();
        assert_eq!(before.tables.len(), 40);
        assert_eq!(plan.items.len(), 2, "{plan:#?}");
    }
}
