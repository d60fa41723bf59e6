//! Password files: lines of `host:port:database:user:password`.

use std::path::{Path, PathBuf};

use super::env::ConnectEnv;
use super::error::ConnectionError;
use super::files;
use super::secret::Secret;

/// The password file to look into, and its text.
pub(super) struct Passfile {
    text: String,
}

/// What was asked for, in the order of the fields of a line.
pub(super) struct Wanted<'a> {
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) dbname: &'a str,
    pub(super) user: &'a str,
}

impl Passfile {
    /// Opens the file that was named, or `~/.pgpass`.
    ///
    /// What was named must work; what merely lies at the usual place is left alone if it cannot be used, and
    /// `ignored` says so.
    pub(super) fn open(
        named: Option<&Path>,
        env: &ConnectEnv,
        ignored: &mut Option<String>,
    ) -> Result<Option<Self>, ConnectionError> {
        let Some(path) = named.map(PathBuf::from).or_else(|| env.at_home(".pgpass")) else { return Ok(None) };
        if files::exists(&path) && !files::is_file(&path) {
            // `/dev/null` is the usual way to have no password file.
            return Ok(None);
        }
        if files::others_can_read(&path, false) {
            if named.is_some() {
                return Err(ConnectionError::PassfilePermissions { path });
            }
            *ignored = Some("`~/.pgpass` can be read by others and is ignored".to_owned());
            return Ok(None);
        }
        match (files::read_if_present(&path), named) {
            (Ok(Some(text)), _) => Ok(Some(Self { text })),
            (Ok(None), None) => Ok(None),
            (Ok(None), Some(_)) => {
                Err(ConnectionError::PassfileUnreadable { path, reason: "there is no such file".to_owned() })
            }
            (Err(reason), Some(_)) => Err(ConnectionError::PassfileUnreadable { path, reason }),
            (Err(reason), None) => {
                *ignored = Some(format!("`~/.pgpass` cannot be read and is ignored: {reason}"));
                Ok(None)
            }
        }
    }

    /// The password of the first line that matches.
    pub(super) fn find(&self, wanted: &Wanted<'_>) -> Option<Secret> {
        let port = wanted.port.to_string();
        let wanted = [wanted.host, &port, wanted.dbname, wanted.user];
        self.text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
            let fields = fields(line);
            let (password, keys) = fields.get(4).zip(fields.get(..4))?;
            let matches = keys.iter().zip(wanted).all(|(key, value)| key.raw == "*" || key.text == value);
            (matches && !password.text.is_empty()).then(|| Secret::new(password.text.clone()))
        })
    }
}

struct Field {
    /// Without backslashes.
    text: String,
    /// As written: `\*` is a star and `*` is anything.
    raw: String,
}

fn fields(line: &str) -> Vec<Field> {
    let mut fields = vec![Field { text: String::new(), raw: String::new() }];
    let mut chars = line.chars();
    while let Some(char) = chars.next() {
        if char == ':' {
            fields.push(Field { text: String::new(), raw: String::new() });
            continue;
        }
        let Some(field) = fields.last_mut() else { continue };
        field.raw.push(char);
        match (char, chars.clone().next()) {
            ('\\', Some(escaped)) => {
                chars.next();
                field.text.push(escaped);
                field.raw.push(escaped);
            }
            _ => field.text.push(char),
        }
    }
    fields
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn find(text: &str, host: &str, port: u16, dbname: &str, user: &str) -> Option<String> {
        let file = Passfile { text: text.to_owned() };
        file.find(&Wanted { host, port, dbname, user }).map(|secret| secret.expose().to_owned())
    }

    #[test]
    fn takes_the_first_line_that_matches() {
        let text = "# comment\nbroken\ndb:5432:shop:app:first\ndb:*:*:app:second\n*:*:*:*:any\n";
        assert_eq!(find(text, "db", 5432, "shop", "app").unwrap(), "first");
        assert_eq!(find(text, "db", 5433, "shop", "app").unwrap(), "second");
        assert_eq!(find(text, "other", 5433, "shop", "app").unwrap(), "any");
        assert_eq!(find("db:5432:shop:app:first", "db", 5432, "shop", "root"), None);
    }

    #[test]
    fn understands_backslashes() {
        assert_eq!(find(r"::1:5432:shop:app:x", "::1", 5432, "shop", "app"), None);
        assert_eq!(find(r"\:\:1:5432:shop:app:x", "::1", 5432, "shop", "app").unwrap(), "x");
        assert_eq!(find(r"*:*:*:*:a\:b\\c", "db", 1, "d", "u").unwrap(), r"a:b\c");
        assert_eq!(find(r"\*:*:*:*:x", "db", 1, "d", "u"), None);
    }
}
