//! Which database.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use novate_runner::connection::{ConnectEnv, ConnectionString};

use crate::{Error, ErrorKind};

/// A database to connect to: everything that libpq understands in a connection string, URLs and `key=value` alike, with
/// every `sslmode`, and what poolers and ORMs add to it.
///
/// `Display` and `Debug` show where it is, and never the password.
#[derive(Clone)]
pub struct Database(ConnectionString);

impl Database {
    /// The database that a connection string names. Nothing is taken from the environment.
    pub fn parse(text: &str) -> Result<Self, Error> {
        Ok(Self(ConnectionString::parse(text, &ConnectEnv::new([], None, None))?))
    }

    /// The database that `DATABASE_URL` names. What it leaves out is taken from where libpq takes it: the `PG*`
    /// variables, `.pgpass`, service files.
    pub fn from_env() -> Result<Self, Error> {
        Self::from_variables(
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))),
        )
    }

    fn from_variables(variables: impl IntoIterator<Item = (String, String)>) -> Result<Self, Error> {
        let variables: BTreeMap<String, String> = variables.into_iter().collect();
        let get = |name: &str| variables.get(name).filter(|value| !value.is_empty()).cloned();
        let Some(text) = get("DATABASE_URL") else {
            return Err(Error::new("CONFIG.NO_DATABASE", ErrorKind::Input, "no database was named")
                .why_is("the environment variable DATABASE_URL is not set".to_owned())
                .fix_is("set DATABASE_URL=postgresql://... for the application".to_owned()));
        };
        let home = get("HOME").or_else(|| get("USERPROFILE")).map(Into::into);
        let user = get("USER").or_else(|| get("USERNAME"));
        Ok(Self(ConnectionString::parse(&text, &ConnectEnv::new(variables, home, user))?))
    }

    pub(crate) fn string(&self) -> &ConnectionString {
        &self.0
    }
}

impl FromStr for Database {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.safe_summary())
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Database({self})")
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn no_password_is_shown() {
        let database = Database::parse("postgresql://anna:s3cret@db.example/shop?sslmode=verify-full").unwrap();
        for shown in [database.to_string(), format!("{database:?}")] {
            assert!(shown.contains("shop") && !shown.contains("s3cret"), "{shown}");
        }
        let error = Database::parse("postgresql://anna:s3cret@db.example:none/shop").unwrap_err();
        assert!(!error.to_string().contains("s3cret"), "{error}");
        assert_eq!(error.kind(), ErrorKind::Input);
    }

    #[test]
    fn the_environment_is_asked_by_name_and_no_other_way() {
        let set = |pairs: &[(&str, &str)]| {
            Database::from_variables(pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())))
        };
        let error = set(&[("PGHOST", "db")]).unwrap_err();
        assert_eq!(error.code(), "CONFIG.NO_DATABASE");
        assert!(error.fix().unwrap().contains("DATABASE_URL"));
        assert_eq!(set(&[("DATABASE_URL", "")]).unwrap_err().code(), "CONFIG.NO_DATABASE");
        let database =
            set(&[("DATABASE_URL", "postgresql:///shop"), ("PGHOST", "db.example"), ("USER", "anna")]).unwrap();
        assert!(database.to_string().contains("db.example"), "{database}");
    }
}
