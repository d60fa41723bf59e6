//! What can be asked for, with its options; awaiting it does it.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use novate_runner::{Settings, Strictness};

use crate::drive::{Hands, drive};
use crate::{Database, Error, Event, Migrated, Migrations, StatusReport, Verification, spaces};

type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;
type Listener = Box<dyn FnMut(Event) + Send>;

/// What to do with a database that is past the goal, or at a contract that these packages do not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum IfAhead {
    /// An error of kind [`Ahead`](crate::ErrorKind::Ahead).
    #[default]
    Refuse,
    /// Leave it, say so ([`SpaceMigrated::left_alone`](crate::SpaceMigrated)) and go on: for instances of an older
    /// version that are started again while a newer one is rolled out, whose changes the older one can live with.
    Leave,
}

/// A migration that is to be run; `await` runs it. See [`Migrations::migrate`].
///
/// Of any number of instances that ask at once one does the work, and the others wait for it and find nothing left to do.
/// Behind a pooler in transaction mode another instance may apply the next package; each is applied once all the same.
/// Dropping the future asks the run to stop: what is running on the server is cancelled, and the package that was under
/// way is rolled back.
#[must_use = "nothing happens until it is awaited"]
pub struct Migrate {
    migrations: Migrations,
    database: Database,
    settings: Settings,
    if_ahead: IfAhead,
    on: Listener,
}

impl Migrate {
    pub(crate) fn new(migrations: Migrations, database: Database) -> Self {
        let settings = Settings::default();
        Self { migrations, database, settings, if_ahead: IfAhead::default(), on: Box::new(|_| ()) }
    }

    /// How long one statement may wait for a lock before its transaction is rolled back and tried again: what others
    /// who use the same tables have to bear at a time. Five seconds if nothing is said.
    pub fn lock_timeout(mut self, limit: Duration) -> Self {
        self.settings.lock_timeout = limit;
        self
    }

    /// How long to go on trying for locks in all, the turn of other instances included. Five minutes if nothing is said.
    pub fn lock_budget(mut self, limit: Duration) -> Self {
        self.settings.lock_budget = limit;
        self
    }

    /// How long one statement may run. As long as it takes if nothing is said.
    pub fn statement_timeout(mut self, limit: Duration) -> Self {
        self.settings.statement_timeout = Some(limit);
        self
    }

    /// What is kept beside each package in the ledger: the version of the application, a commit.
    pub fn app_tag(mut self, tag: impl Into<String>) -> Self {
        self.settings.app_tag = Some(tag.into());
        self
    }

    /// What to do with a database that another version of the application has brought further.
    pub fn if_ahead(mut self, choice: IfAhead) -> Self {
        self.if_ahead = choice;
        self
    }

    /// Is told what happens, while it happens, by whoever awaits.
    pub fn on_event(mut self, on: impl FnMut(Event) + Send + 'static) -> Self {
        self.on = Box::new(on);
        self
    }
}

impl IntoFuture for Migrate {
    type Output = Result<Migrated, Error>;
    type IntoFuture = Answer<Migrated>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { migrations, database, settings, if_ahead, on } = self;
        let work = async move |hands: Hands| {
            let loaded = migrations.load()?;
            let mut session = hands.connect().await?;
            let result = spaces::migrate_all(&hands, &mut session, &loaded, &settings, if_ahead).await;
            session.close().await;
            result
        };
        Box::pin(drive(database, work, on))
    }
}

impl fmt::Debug for Migrate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migrate")
            .field("database", &self.database)
            .field("settings", &self.settings)
            .field("if_ahead", &self.if_ahead)
            .finish_non_exhaustive()
    }
}

/// A look at where a database stands; `await` takes it. See [`Migrations::status`].
#[derive(Debug)]
#[must_use = "nothing happens until it is awaited"]
pub struct Status {
    migrations: Migrations,
    database: Database,
}

impl Status {
    pub(crate) fn new(migrations: Migrations, database: Database) -> Self {
        Self { migrations, database }
    }
}

impl IntoFuture for Status {
    type Output = Result<StatusReport, Error>;
    type IntoFuture = Answer<StatusReport>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { migrations, database } = self;
        let work = async move |hands: Hands| {
            let loaded = migrations.load()?;
            let mut session = hands.connect().await?;
            let result = spaces::status_all(&mut session, &loaded).await;
            session.close().await;
            result
        };
        Box::pin(drive(database, work, |_| ()))
    }
}

/// A comparison of a database with its contract; `await` makes it. See [`Migrations::verify`].
#[derive(Debug)]
#[must_use = "nothing happens until it is awaited"]
pub struct Verify {
    migrations: Migrations,
    database: Database,
    strictness: Strictness,
}

impl Verify {
    pub(crate) fn new(migrations: Migrations, database: Database) -> Self {
        Self { migrations, database, strictness: Strictness::default() }
    }

    /// Makes an error of whatever the contract does not know, which is a note otherwise.
    pub fn strict(mut self) -> Self {
        self.strictness.extras = true;
        self
    }
}

impl IntoFuture for Verify {
    type Output = Result<Verification, Error>;
    type IntoFuture = Answer<Verification>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { migrations, database, strictness } = self;
        let work = async move |hands: Hands| {
            let loaded = migrations.load()?;
            let mut session = hands.connect().await?;
            let result = spaces::verify_all(&mut session, &loaded, strictness).await;
            session.close().await;
            result
        };
        Box::pin(drive(database, work, |_| ()))
    }
}
