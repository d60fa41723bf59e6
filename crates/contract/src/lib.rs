//! The model of a desired schema: objects, canonical JSON, hashes, DDL
