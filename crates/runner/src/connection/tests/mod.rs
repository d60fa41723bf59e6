mod files;
mod messages;
mod parse;
mod rules;
mod secrets;

use super::{ConnectEnv, ConnectionError, ConnectionString, Invalid};

/// Surroundings with some variables, a user and nothing on disk.
fn env(variables: &[(&str, &str)]) -> ConnectEnv {
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let mut env = ConnectEnv::new(variables, None, Some("me".to_owned()));
    env.socket_dirs.clear();
    env
}

fn parse(text: &str) -> ConnectionString {
    match ConnectionString::parse(text, &env(&[])) {
        Ok(string) => string,
        Err(error) => panic!("{text}: {error}"),
    }
}

fn invalid(text: &str) -> Invalid {
    match ConnectionString::parse(text, &env(&[])) {
        Err(ConnectionError::Invalid(invalid)) => invalid,
        other => panic!("{text}: {other:?}"),
    }
}
