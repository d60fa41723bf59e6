//! Foreign keys.

use novate_contract::{ForeignKey, MatchKind, ReferentialAction};

use super::super::label::referential;
use super::fact::Fact;
use super::sql::{columns_are, list, regclass};

pub(super) fn facts(key: &ForeignKey) -> Vec<Fact> {
    let ForeignKey { columns, references, referenced, match_kind, on_update, on_delete, on_delete_columns } = key;
    let refers = format!(
        "c.contype = 'f' AND {}\n  AND c.confrelid = {} AND {}",
        columns_are("c.conrelid", "c.conkey", columns),
        regclass(references),
        columns_are("c.confrelid", "c.confkey", referenced)
    );
    let mut facts =
        vec![Fact::is(format!("a foreign key from {} to {references} ({})", list(columns), list(referenced)), refers)];
    facts.push(match match_kind {
        MatchKind::Simple => Fact::not("match simple", "c.confmatchtype = 's'"),
        MatchKind::Full => Fact::is("match full", "c.confmatchtype = 'f'"),
    });
    facts.push(action("on update", *on_update, "c.confupdtype", "on update no action"));
    facts.push(action("on delete", *on_delete, "c.confdeltype", "on delete no action"));
    // Before 15 there is no such column.
    let some = "pg_catalog.to_jsonb(c) ->> 'confdelsetcols'";
    facts.push(if on_delete_columns.is_empty() {
        Fact::not("for all its columns", format!("{some} IS NULL"))
    } else {
        let numbers = format!("pg_catalog.translate({some}, '[]', '{{}}')::int2[]");
        let is = columns_are("c.conrelid", &numbers, on_delete_columns);
        Fact::is(format!("for {}", list(on_delete_columns)), is)
    });
    facts
}

fn action(when: &str, action: ReferentialAction, column: &str, none: &'static str) -> Fact {
    let letter = match action {
        ReferentialAction::NoAction => 'a',
        ReferentialAction::Restrict => 'r',
        ReferentialAction::Cascade => 'c',
        ReferentialAction::SetNull => 'n',
        ReferentialAction::SetDefault => 'd',
    };
    let sql = format!("{column} = '{letter}'");
    if action == ReferentialAction::NoAction {
        Fact::not(none, sql)
    } else {
        Fact::is(format!("{when} {}", referential(action)), sql)
    }
}
