//! A runner's turn: the lock of a space, held from a run's first package to its last.
//!
//! The lock that safety rests on belongs to each transaction. Between two packages it is free, and of thirty runners that
//! wait each would apply one. A session that is the runner's own holds the same lock beside it until the run ends, so
//! that one of them does the work. Behind a pooler nobody does: a lock of a shared session would outlive its run.

use novate_contract::Space;

use crate::apply::lock_key;
use crate::bookkeeping::LOCK_CLASS;

/// What a session has of a space's lock beyond its transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Turn {
    /// Nothing, and it asks for nothing.
    #[default]
    None,
    /// It asks for it with the next transaction.
    Wanted,
    /// It was asked for in a statement that failed, so that it may be held or not.
    Doubtful(i32),
    /// It is held, under this key.
    Held(i32),
}

impl Turn {
    /// What stands before the first statement of a transaction: a doubt is settled.
    pub(crate) fn before(self) -> String {
        match self {
            Self::Doubtful(key) => format!("{}; ", unlock(key)),
            Self::None | Self::Wanted | Self::Held(_) => String::new(),
        }
    }

    /// What stands before the lock of the transaction.
    pub(crate) fn ask(self, space: &Space) -> String {
        match self {
            Self::Wanted | Self::Doubtful(_) => {
                format!("SELECT pg_catalog.pg_advisory_lock({LOCK_CLASS}, {}); ", lock_key(space))
            }
            Self::None | Self::Held(_) => String::new(),
        }
    }

    /// What it is once the lock was asked for.
    pub(crate) fn asked(self, space: &Space, granted: bool) -> Self {
        match self {
            Self::Wanted | Self::Doubtful(_) if granted => Self::Held(lock_key(space)),
            Self::Wanted | Self::Doubtful(_) => Self::Doubtful(lock_key(space)),
            Self::None | Self::Held(_) => self,
        }
    }

    /// The statement that gives it up, where there is something to give up.
    pub(crate) fn give_up(self) -> Option<String> {
        match self {
            Self::Held(key) | Self::Doubtful(key) => Some(unlock(key)),
            Self::None | Self::Wanted => None,
        }
    }
}

/// Gives the lock up if this session has it. Asking `pg_locks` first spares the server's warning where it has not.
fn unlock(key: i32) -> String {
    format!(
        "SELECT pg_catalog.pg_advisory_unlock({LOCK_CLASS}, {key}) FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND \
         classid = {LOCK_CLASS} AND objid = {} AND objsubid = 2 AND pid = pg_catalog.pg_backend_pid() AND granted LIMIT 1",
        format_args!("{}::pg_catalog.int8::pg_catalog.oid", key.cast_unsigned()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn from_asking_to_giving_up() {
        let space = Space::app();
        let key = lock_key(&space);
        assert_eq!((Turn::None.ask(&space).as_str(), Turn::None.asked(&space, true)), ("", Turn::None));
        assert!(Turn::Wanted.ask(&space).contains("pg_advisory_lock"));
        assert_eq!(Turn::Wanted.asked(&space, true), Turn::Held(key));
        // Whether it was granted before something else failed is not known: it is given up before it is asked for again.
        let doubtful = Turn::Wanted.asked(&space, false);
        assert_eq!(doubtful, Turn::Doubtful(key));
        assert!(doubtful.before().contains("pg_advisory_unlock") && doubtful.ask(&space).contains("pg_advisory_lock"));
        assert_eq!(doubtful.asked(&space, true), Turn::Held(key));
        assert!(Turn::Held(key).ask(&space).is_empty() && Turn::Held(key).give_up().is_some());
        assert!(Turn::Wanted.give_up().is_none());
    }
}
