//! Connection service files: sections of parameters, by name.

use std::path::PathBuf;

use super::env::ConnectEnv;
use super::error::ConnectionError;
use super::files;
use super::parameters::Parameters;

/// Adds what the service named by the parameters says.
pub(super) fn apply(parameters: &mut Parameters, env: &ConnectEnv) -> Result<Option<String>, ConnectionError> {
    let Some(service) = parameters.get("service").or_else(|| env.variable("PGSERVICE")).map(str::to_owned) else {
        return Ok(None);
    };
    let named = parameters.get("servicefile").or_else(|| env.variable("PGSERVICEFILE")).map(PathBuf::from);
    let users = named.or_else(|| env.at_home(".pg_service.conf"));
    let system = env.variable("PGSYSCONFDIR").map(|folder| PathBuf::from(folder).join("pg_service.conf"));

    let mut files = Vec::new();
    for path in users.into_iter().chain(system) {
        let unusable = |reason| ConnectionError::ServiceFile { path: path.clone(), reason };
        let Some(text) = files::read_if_present(&path).map_err(unusable)? else { continue };
        if let Some(pairs) = section(&text, &service).map_err(unusable)? {
            for (name, value) in pairs {
                parameters.fill_from_service(&name, value).map_err(|invalid| unusable(invalid.to_string()))?;
            }
            return Ok(Some(service));
        }
        files.push(path);
    }
    Err(ConnectionError::ServiceNotFound { service, files })
}

/// The settings of a section, or `None` if the file has no such section.
fn section(text: &str, service: &str) -> Result<Option<Vec<(String, String)>>, String> {
    let mut found = None;
    for (number, line) in (1..).zip(text.lines()) {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            if found.is_some() {
                break;
            }
            if header.strip_suffix(']') == Some(service) {
                found = Some(Vec::new());
            }
            continue;
        }
        let Some(pairs) = &mut found else { continue };
        if line.starts_with("ldap") {
            return Err(format!("line {number} asks an LDAP server, which is not supported"));
        }
        let (name, value) = line.split_once('=').ok_or_else(|| format!("line {number} has no `=`"))?;
        if name == "service" || name == "servicefile" {
            return Err(format!("line {number} names another service"));
        }
        pairs.push((name.to_owned(), value.to_owned()));
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const FILE: &str =
        "# ours\n[other]\nhost=wrong\n\n[shop]\nhost=db.example.com\n# a comment\n  dbname=shop\n\n[last]\nport=1\n";

    #[test]
    fn finds_a_section() {
        let expected = vec![("host".to_owned(), "db.example.com".to_owned()), ("dbname".to_owned(), "shop".to_owned())];
        assert_eq!(section(FILE, "shop").unwrap(), Some(expected));
        assert_eq!(section(FILE, "last").unwrap().unwrap().len(), 1);
        assert_eq!(section(FILE, "nobody").unwrap(), None);
    }

    #[test]
    fn names_the_line_and_not_its_text() {
        assert_eq!(section("[a]\nhost=x\nhunter2\n", "a").unwrap_err(), "line 3 has no `=`");
        assert_eq!(section("[a]\nservice=b\n", "a").unwrap_err(), "line 2 names another service");
        assert!(section("[a]\nldap://x\n", "a").unwrap_err().contains("LDAP"));
    }
}
