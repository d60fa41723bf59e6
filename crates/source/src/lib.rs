//! Contract files to contracts, and contracts back to files
