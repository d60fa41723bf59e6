//! How a run behaves.

use std::time::Duration;

use novate_contract::{Contract, Ident};

use crate::Observing;

/// Time limits, retries and what to say of oneself.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How long one statement may wait for a lock before the transaction is rolled back and tried again.
    pub lock_timeout: Duration,
    /// How long one statement may run; `None` for as long as it takes.
    pub statement_timeout: Option<Duration>,
    /// How long to go on trying for locks in all.
    pub lock_budget: Duration,
    /// Kept in the ledger beside each run: a release, a commit.
    pub app_tag: Option<String>,
    /// Undo everything at the end instead of committing.
    pub dry_run: bool,
    /// Whether to tell what operations lock and write anew.
    pub observing: Observing,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            lock_timeout: Duration::from_secs(5),
            statement_timeout: None,
            lock_budget: Duration::from_mins(5),
            app_tag: None,
            dry_run: false,
            observing: Observing::No,
        }
    }
}

impl Settings {
    /// The start of every transaction: nothing here outlives it, so that a transaction pooler does no harm.
    pub(crate) fn begin(&self) -> String {
        format!(
            "BEGIN; SET LOCAL lock_timeout = {}; SET LOCAL statement_timeout = {}; \
             SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL client_min_messages = notice; \
             SET LOCAL search_path = public; SET LOCAL check_function_bodies = off; {notice_loss}",
            self.lock_timeout.as_millis().max(1),
            self.statement_timeout.map_or(0, |limit| limit.as_millis().max(1)),
            notice_loss = Self::notice_loss("true"),
        )
    }

    /// The path for the statements of a package that leads to `to`: names that people leave without a schema, operators
    /// above all, are found where the extensions are, as they are when databases are compared.
    pub(crate) fn search_path(to: &Contract) -> String {
        let extensions = to.extensions.values().filter_map(|extension| extension.schema.as_ref());
        let mut path = vec!["public".to_owned()];
        for schema in extensions.map(Ident::to_string) {
            if !path.contains(&schema) {
                path.push(schema);
            }
        }
        path.join(", ")
    }

    /// A query that has the server look every two seconds whether its client is still there, so that a runner that was
    /// killed does not leave a statement behind that goes on holding its locks. Servers before 14, and those on other
    /// systems, cannot.
    pub(crate) fn notice_loss(in_transaction: &str) -> String {
        format!(
            "SELECT pg_catalog.set_config('client_connection_check_interval', '2000', {in_transaction}) WHERE \
             pg_catalog.current_setting('client_connection_check_interval', true) IS NOT NULL AND pg_catalog.version() \
             LIKE '%linux%'"
        )
    }

    /// How long a statement runs before it is looked at whether it waits: while the wait lasts.
    pub(crate) fn watch_after(&self) -> Duration {
        (self.lock_timeout / 2).min(Duration::from_secs(1))
    }

    /// The pause before attempt `attempt` (from 2): doubling from 100 ms to 10 s, half of it by chance, so that many
    /// waiters do not come back at once.
    pub(crate) fn pause(attempt: u32, chance: u64) -> Duration {
        let full = 100u64.saturating_mul(1 << attempt.saturating_sub(2).min(10)).min(10_000);
        Duration::from_millis(full / 2 + chance % (full / 2 + 1))
    }
}

#[cfg(test)]
mod tests {
    use novate_contract::{Control, Extension, Space};

    use super::*;

    #[test]
    fn extensions_are_on_the_path() {
        let mut contract = Contract::empty(Space::app());
        assert_eq!(Settings::search_path(&contract), "public");
        for (name, schema) in
            [("vector", "extensions"), ("citext", "public"), ("hstore", "Odd"), ("cube", "extensions")]
        {
            let schema = Some(Ident::new(schema));
            let extension = Extension { schema, version: None, control: Control::External, comment: None };
            contract.extensions.insert(Ident::new(name), extension);
        }
        assert_eq!(Settings::search_path(&contract), "public, extensions, \"Odd\"");
    }

    #[test]
    fn pauses_grow_and_stay_bounded() {
        for chance in [0, 17, u64::MAX] {
            for attempt in 2..60 {
                let pause = Settings::pause(attempt, chance);
                assert!(pause >= Duration::from_millis(50) && pause <= Duration::from_secs(10), "{pause:?}");
            }
        }
        assert!(Settings::pause(9, 0) > Settings::pause(2, u64::MAX));
    }
}
