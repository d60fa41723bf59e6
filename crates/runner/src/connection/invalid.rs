use thiserror::Error;

/// What is wrong with a connection string.
///
/// No variant carries text from a place where a password can stand: a string that cannot be read may have its
/// password anywhere.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Invalid {
    /// The scheme is that of another product.
    #[error("`{scheme}://` is not a PostgreSQL address")]
    Scheme {
        /// The scheme as written.
        scheme: String,
    },
    /// Neither a URL nor `key=value` pairs.
    #[error("the text is neither a `postgresql://` URL nor `key=value` pairs")]
    Shape,
    /// A character that separates parts of a URL stands inside the password.
    #[error("the password in the URL seems to hold a `@`, `/`, `?` or `&` that is not percent-encoded")]
    PasswordNotEncoded,
    /// `%` that is not followed by two hexadecimal digits, or that does not give UTF-8.
    #[error("the {part} in the URL is not valid percent-encoding")]
    Percent {
        /// Which part of the URL.
        part: &'static str,
    },
    /// `[` without `]`, or text after it.
    #[error("an IPv6 address in the URL is not of the form `[address]` or `[address]:port`")]
    Ipv6,
    /// A query parameter without `=`.
    #[error("a query parameter in the URL has no `=`")]
    QueryWithoutValue,
    /// A quoted value that does not end.
    #[error("a value starts with `'` and does not end with one")]
    Unterminated,
    /// A word without `=`.
    #[error("the text at character {position} is not a `key=value` pair")]
    NotAPair {
        /// Where, counted in characters from 1.
        position: usize,
    },
    /// A password with a space in it, not quoted.
    #[error("the text after `password=` is not a `key=value` pair; the password seems to hold a space")]
    PasswordNotQuoted,
    /// A value with a NUL in it, which the protocol cannot carry.
    #[error("`{parameter}` holds a NUL character")]
    Nul {
        /// The parameter.
        parameter: &'static str,
    },
    /// A parameter nobody knows.
    #[error("`{name}` is not a connection parameter")]
    UnknownParameter {
        /// The name as written.
        name: String,
        /// The known name that is most like it.
        nearest: Option<&'static str>,
    },
    /// A parameter whose name no parameter can have.
    #[error("something before a `=` is not the name of a connection parameter")]
    Name,
    /// A parameter that libpq knows and that cannot be honoured here.
    #[error("`{parameter}` is not supported: {reason}")]
    Unsupported {
        /// The parameter.
        parameter: &'static str,
        /// Why it is not.
        reason: &'static str,
    },
    /// A value outside of what the parameter takes.
    #[error("`{parameter}` must be {expected}")]
    Value {
        /// The parameter.
        parameter: &'static str,
        /// What it takes.
        expected: String,
    },
    /// Lists of different lengths.
    #[error("{given} values of `{parameter}` do not go with {hosts} of `host`")]
    Count {
        /// The parameter with the wrong number of values.
        parameter: &'static str,
        /// How many hosts there are.
        hosts: usize,
        /// How many values there are.
        given: usize,
    },
    /// `sslrootcert=system` with an `sslmode` that would not look at the host name.
    #[error("`sslmode={sslmode}` is too weak for `sslrootcert=system`")]
    SystemRootsNeedFull {
        /// The `sslmode`.
        sslmode: &'static str,
    },
    /// `sslmode=verify-ca` with nothing to verify against.
    #[error("`sslmode=verify-ca` needs the certificate to verify against")]
    NoRootCert,
    /// A requirement that cannot be met without TLS.
    #[error("`{parameter}` needs TLS, and `sslmode={sslmode}` does not promise it")]
    NeedsTls {
        /// The parameter that requires it.
        parameter: &'static str,
        /// The `sslmode`.
        sslmode: &'static str,
    },
    /// Nobody to connect as.
    #[error("no user is named")]
    NoUser,
}

impl Invalid {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownParameter { .. } | Self::Name => "CONNECTION.UNKNOWN_PARAMETER",
            Self::Unsupported { .. } => "CONNECTION.UNSUPPORTED_PARAMETER",
            _ => "CONNECTION.INVALID_URL",
        }
    }

    /// What to do about it.
    pub fn fix(&self) -> String {
        match self {
            Self::Scheme { .. } | Self::Shape | Self::Name => "Write `postgresql://user@host:5432/database`.".to_owned(),
            Self::PasswordNotEncoded => {
                "Write `@` as `%40`, `/` as `%2F`, `?` as `%3F` and `&` as `%26` in the password, or leave the password \
                 out of the URL and set PGPASSWORD."
                    .to_owned()
            }
            Self::Percent { .. } => "Write a literal `%` as `%25`.".to_owned(),
            Self::Ipv6 => "Write `postgresql://[::1]:5432/database`.".to_owned(),
            Self::QueryWithoutValue => "Write query parameters as `?name=value&other=value`.".to_owned(),
            Self::Unterminated => "Close the quote; inside of it write `'` as `\\'` and `\\` as `\\\\`.".to_owned(),
            Self::NotAPair { .. } => {
                "Write `key=value` pairs with spaces between them, and quote values that hold spaces: \
                 `dbname='my shop'`."
                    .to_owned()
            }
            Self::PasswordNotQuoted => "Quote the password: `password='two words'`.".to_owned(),
            Self::Nul { parameter } => format!("Remove the NUL character from `{parameter}`."),
            Self::UnknownParameter { nearest: Some(nearest), .. } => format!("Did you mean `{nearest}`?"),
            Self::UnknownParameter { nearest: None, .. } => "Remove it.".to_owned(),
            Self::Unsupported { parameter: "sslpassword", .. } => {
                "Remove `sslpassword`, and name a key that is not encrypted: openssl pkey -in KEY -out KEY.plain; chmod \
                 600 KEY.plain"
                    .to_owned()
            }
            Self::Unsupported { parameter, .. } => format!("Remove `{parameter}`."),
            Self::Value { parameter, expected } => format!("Set `{parameter}` to {expected}."),
            Self::Count { parameter, .. } => {
                format!("Give `{parameter}` one value for every host, in the same order, with commas between them.")
            }
            Self::SystemRootsNeedFull { .. } => "Use `sslmode=verify-full`.".to_owned(),
            Self::NoRootCert => {
                "Set `sslrootcert` to the file of the certificate authority, or use \
                 `sslmode=verify-full&sslrootcert=system` if a public one issued the certificate."
                    .to_owned()
            }
            Self::NeedsTls { .. } => "Use `sslmode=require` or stricter.".to_owned(),
            Self::NoUser => "Name the user in the connection string or in PGUSER.".to_owned(),
        }
    }
}
