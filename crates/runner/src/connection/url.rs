//! `postgresql://user:password@host:port,host:port/dbname?name=value`, read by the rules of libpq.

use super::invalid::Invalid;
use super::percent::decode;

/// The schemes that are PostgreSQL's, some of them with a driver's name after a `+`.
pub(super) fn after_scheme(text: &str) -> Result<Option<&str>, Invalid> {
    let text = text.strip_prefix("jdbc:").unwrap_or(text);
    let Some((scheme, rest)) = text.split_once("://") else { return Ok(None) };
    if !scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)) {
        return Ok(None);
    }
    match scheme.split('+').next() {
        Some("postgresql" | "postgres") => Ok(Some(rest)),
        _ => Err(Invalid::Scheme { scheme: scheme.to_owned() }),
    }
}

/// The parameters of a URL, `rest` being what follows its scheme.
pub(super) fn read(rest: &str) -> Result<Vec<(String, String)>, Invalid> {
    let mut pairs = Vec::new();
    let rest = match rest.find(['@', '/']) {
        Some(end) if rest[end..].starts_with('@') => {
            read_user(&rest[..end], &mut pairs)?;
            &rest[end + 1..]
        }
        _ => rest,
    };

    let hosts_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (hosts, rest) = rest.split_at(hosts_end);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    // A second `@` in what names hosts and the database means that the first one was part of the password.
    if hosts.contains('@') || path.contains('@') {
        return Err(Invalid::PasswordNotEncoded);
    }
    read_hosts(hosts, &mut pairs)?;
    let dbname = path.strip_prefix('/').unwrap_or(path);
    push(&mut pairs, "dbname", decode(dbname, "database name")?);
    read_query(query, &mut pairs)?;
    Ok(pairs)
}

/// Whether an error about this URL could quote a part of its password: there is an `@` where none belongs.
pub(super) fn may_misplace_password(rest: &str) -> bool {
    rest.split_once('@').is_some_and(|(before, after)| before.contains('/') || after.contains('@'))
}

fn read_user(user_and_password: &str, pairs: &mut Vec<(String, String)>) -> Result<(), Invalid> {
    let (user, password) = user_and_password.split_once(':').unwrap_or((user_and_password, ""));
    push(pairs, "user", decode(user, "user")?);
    push(pairs, "password", decode(password, "password")?);
    Ok(())
}

fn read_hosts(text: &str, pairs: &mut Vec<(String, String)>) -> Result<(), Invalid> {
    let mut hosts = Vec::new();
    let mut ports = Vec::new();
    for one in text.split(',') {
        let (host, port) = if let Some(bracketed) = one.strip_prefix('[') {
            let (host, after) = bracketed.split_once(']').ok_or(Invalid::Ipv6)?;
            let port = if after.is_empty() { "" } else { after.strip_prefix(':').ok_or(Invalid::Ipv6)? };
            (host, port)
        } else {
            one.split_once(':').unwrap_or((one, ""))
        };
        hosts.push(decode(host, "host")?);
        ports.push(decode(port, "port")?);
    }
    push_list(pairs, "host", &hosts);
    push_list(pairs, "port", &ports);
    Ok(())
}

fn read_query(query: &str, pairs: &mut Vec<(String, String)>) -> Result<(), Invalid> {
    for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
        let (name, value) = parameter.split_once('=').ok_or(Invalid::QueryWithoutValue)?;
        pairs.push((decode(name, "query")?, decode(value, "query")?));
    }
    Ok(())
}

fn push(pairs: &mut Vec<(String, String)>, name: &str, value: String) {
    if !value.is_empty() {
        pairs.push((name.to_owned(), value));
    }
}

fn push_list(pairs: &mut Vec<(String, String)>, name: &str, values: &[String]) {
    if values.iter().any(|value| !value.is_empty()) {
        pairs.push((name.to_owned(), values.join(",")));
    }
}
