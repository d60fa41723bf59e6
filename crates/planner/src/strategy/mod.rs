//! Changes that take more than one step, or that rows may be in the way of.

pub(crate) mod backfill;
pub(crate) mod enum_rebuild;
pub(crate) mod online;
pub(crate) mod remake;
pub(crate) mod type_change;
