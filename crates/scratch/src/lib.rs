//! Throwaway PostgreSQL servers and databases
