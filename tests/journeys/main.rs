//! What users do, from start to end: each journey is a session of commands, what they print, and what the database
//! holds afterwards.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod bad_days;
mod drift;
mod drills;
mod evolving;
mod graph;
mod online;
mod setting_out;
mod support;
