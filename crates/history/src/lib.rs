//! Packages, snapshots, refs and the graph on disk
