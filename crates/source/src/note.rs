//! What a reader should know and need not act upon.

use crate::Place;

/// A note about a contract file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Its stable code: `CONTRACT.UNSUPPORTED_OBJECT`, ...
    pub code: &'static str,
    /// One sentence.
    pub message: String,
    /// Where.
    pub place: Place,
}

impl Note {
    /// An object or property of a kind that is not modelled.
    pub const UNSUPPORTED: &'static str = "CONTRACT.UNSUPPORTED_OBJECT";
    /// Owners are no part of a contract.
    pub const OWNER_LEFT_OUT: &'static str = "CONTRACT.OWNER_LEFT_OUT";
    /// A name that is longer than PostgreSQL's, and that it cuts.
    pub const NAME_CUT: &'static str = "CONTRACT.NAME_CUT";
    /// A statement that changes nothing, because what it asks for is so already.
    pub const NO_EFFECT: &'static str = "CONTRACT.NO_EFFECT";
    /// A statement that describes no schema and was passed over in a script.
    pub const PASSED_OVER: &'static str = "CONTRACT.PASSED_OVER";
}
