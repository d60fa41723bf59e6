//! Two contracts to ordered operations; migration.sql rendered and compiled
