//! What is fuzzed: everything that novate reads, by target, and what must hold of it besides that nothing panics.
//!
//! A target takes any text. It says what is wrong with novate's answer; that a text is refused is an answer like any
//! other. The fuzzer (`fuzz/`, run by `cargo xtask fuzz`) invents texts, and the tests here replay the seeds. This crate
//! must never invent anything itself, connect to anything, or be a part of what is shipped.

mod config;
mod connection;
mod contract;
mod manifest;
mod migration;
mod ops;
mod seal;
mod text;

/// One kind of text that novate reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A contract file: SQL with directives.
    Contract,
    /// `migration.sql`, alone or after the contracts that it leads from and to.
    Migration,
    /// `ops.json`.
    Ops,
    /// `migration.json`, `contract.json` and refs.
    Manifest,
    /// `novate.toml`.
    Config,
    /// A connection string, with or without a service file and a password file.
    Connection,
}

impl Target {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Contract, Self::Migration, Self::Ops, Self::Manifest, Self::Config, Self::Connection];

    /// What it is called on the command line and on disk.
    pub fn name(self) -> &'static str {
        match self {
            Self::Contract => "contract",
            Self::Migration => "migration",
            Self::Ops => "ops",
            Self::Manifest => "manifest",
            Self::Config => "config",
            Self::Connection => "connection",
        }
    }

    /// Has novate read a text; the error says in what its answer is wrong.
    pub fn run(self, input: &str) -> Result<(), String> {
        match self {
            Self::Contract => contract::run(input),
            Self::Migration => migration::run(input),
            Self::Ops => ops::run(input),
            Self::Manifest => manifest::run(input),
            Self::Config => config::run(input),
            Self::Connection => connection::run(input),
        }
    }
}
