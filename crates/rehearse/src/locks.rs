//! Which locks say something beside those that are held already.

use novate_runner::TableLock;

/// The modes, each with those that it stands in the way of. Source: PostgreSQL's manual, "Table-Level Locks".
const CONFLICTS: [(&str, &[&str]); 8] = [
    ("ACCESS SHARE", &["ACCESS EXCLUSIVE"]),
    ("ROW SHARE", &["EXCLUSIVE", "ACCESS EXCLUSIVE"]),
    ("ROW EXCLUSIVE", &["SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"]),
    (
        "SHARE UPDATE EXCLUSIVE",
        &["SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"],
    ),
    ("SHARE", &["ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"]),
    (
        "SHARE ROW EXCLUSIVE",
        &["ROW EXCLUSIVE", "SHARE UPDATE EXCLUSIVE", "SHARE", "SHARE ROW EXCLUSIVE", "EXCLUSIVE", "ACCESS EXCLUSIVE"],
    ),
    (
        "EXCLUSIVE",
        &[
            "ROW SHARE",
            "ROW EXCLUSIVE",
            "SHARE UPDATE EXCLUSIVE",
            "SHARE",
            "SHARE ROW EXCLUSIVE",
            "EXCLUSIVE",
            "ACCESS EXCLUSIVE",
        ],
    ),
    (
        "ACCESS EXCLUSIVE",
        &[
            "ACCESS SHARE",
            "ROW SHARE",
            "ROW EXCLUSIVE",
            "SHARE UPDATE EXCLUSIVE",
            "SHARE",
            "SHARE ROW EXCLUSIVE",
            "EXCLUSIVE",
            "ACCESS EXCLUSIVE",
        ],
    ),
];

fn conflicts(mode: &str) -> &'static [&'static str] {
    CONFLICTS.iter().find(|(name, _)| *name == mode).map_or(&[], |(_, conflicts)| conflicts)
}

/// Whether whoever has the one lock stands in the way of all that the other one would.
fn covers(strong: &TableLock, weak: &TableLock) -> bool {
    strong.table == weak.table && conflicts(&weak.mode).iter().all(|mode| conflicts(&strong.mode).contains(mode))
}

/// Leaves out what is covered by a lock that is held already, or by another one that is taken.
pub(crate) fn telling(taken: Vec<TableLock>, held: &[TableLock]) -> Vec<TableLock> {
    let all = taken.clone();
    let says_more = |lock: &TableLock| {
        let by_another = |other: &TableLock| other != lock && covers(other, lock);
        !held.iter().any(|other| covers(other, lock)) && !all.iter().any(by_another)
    };
    taken.into_iter().filter(says_more).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(table: &str, mode: &str) -> TableLock {
        TableLock { table: table.to_owned(), mode: mode.to_owned() }
    }

    #[test]
    fn weaker_locks_go_without_saying() {
        let taken =
            vec![lock("t", "ACCESS SHARE"), lock("t", "SHARE"), lock("t", "ACCESS EXCLUSIVE"), lock("u", "SHARE")];
        assert_eq!(telling(taken.clone(), &[]), [lock("t", "ACCESS EXCLUSIVE"), lock("u", "SHARE")]);
        assert_eq!(telling(taken, &[lock("t", "ACCESS EXCLUSIVE")]), [lock("u", "SHARE")]);
        let apart = vec![lock("t", "SHARE"), lock("t", "SHARE UPDATE EXCLUSIVE")];
        assert_eq!(telling(apart.clone(), &[]), apart);
    }
}
