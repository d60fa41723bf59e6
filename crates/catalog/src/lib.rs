//! A live PostgreSQL catalog to a contract
