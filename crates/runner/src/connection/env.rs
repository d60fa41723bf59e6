use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;

/// What of the caller's surroundings decides a connection, read once by the caller.
///
/// Nothing in this module looks at the process environment, so a test, a server and a command line can each say what
/// holds for them.
#[derive(Clone, Default)]
pub struct ConnectEnv {
    /// The `PG*` variables, by name.
    variables: BTreeMap<String, String>,
    /// The home directory, where `.pgpass`, `.pg_service.conf` and `.postgresql/` are looked for.
    pub home: Option<PathBuf>,
    /// The operating system's name for the user: the last resort for the database user.
    pub os_user: Option<String>,
    /// Where a server's unix socket is looked for when no host is named.
    pub socket_dirs: Vec<PathBuf>,
}

impl ConnectEnv {
    /// Surroundings with the `PG*` ones of `variables` (the others are not kept) and the usual socket directories.
    pub fn new(
        variables: impl IntoIterator<Item = (String, String)>,
        home: Option<PathBuf>,
        os_user: Option<String>,
    ) -> Self {
        Self {
            variables: variables.into_iter().filter(|(name, _)| name.starts_with("PG")).collect(),
            home,
            os_user,
            socket_dirs: vec!["/var/run/postgresql".into(), "/tmp".into()],
        }
    }

    /// A variable that is set to something: libpq, too, takes an empty one for an absent one.
    pub(crate) fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// A path below the home directory.
    pub(crate) fn at_home(&self, path: &str) -> Option<PathBuf> {
        self.home.as_ref().map(|home| home.join(path))
    }
}

impl fmt::Debug for ConnectEnv {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names only: PGPASSWORD is one of the values, and PGOPTIONS may hold another.
        f.debug_struct("ConnectEnv")
            .field("variables", &self.variables.keys().collect::<Vec<_>>())
            .field("home", &self.home)
            .field("os_user", &self.os_user)
            .field("socket_dirs", &self.socket_dirs)
            .finish()
    }
}
