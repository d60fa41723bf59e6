//! What users do, from start to end: each journey is a session of commands, what they print, and what the database
//! holds afterwards.

#![allow(clippy::unwrap_used, clippy::expect_used)]
// What a journey does it does in a project, even where the project lends it nothing.
#![allow(clippy::unused_self, clippy::format_collect)]

mod asked;
mod bad_days;
mod connecting;
mod dev;
mod drift;
mod drills;
mod environments;
mod evolving;
mod gate;
mod graph;
mod integrity;
mod invariants;
mod locks;
mod online;
mod platform;
mod probes;
mod recipes;
mod rehearsing;
mod replay;
mod rewrites;
mod rights;
mod secrets;
mod seeds;
mod setting_out;
mod spaces;
mod squash;
mod support;
mod taking_over;
mod vectors;
