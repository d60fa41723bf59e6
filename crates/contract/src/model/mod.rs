//! The objects of a schema, one file a kind.

mod check;
mod column;
mod constraint;
mod contract;
mod enumeration;
mod exclusion;
mod expression;
mod extension;
mod foreign_key;
mod index;
mod object;
mod primary_key;
mod same;
mod schema;
mod sequence;
mod table;
mod unique;

pub use check::Check;
pub use column::{Column, Generated, Identity};
pub use constraint::{Constraint, ConstraintKind, Deferral};
pub use contract::{Contract, Control, Space, UnsupportedObject};
pub use enumeration::Enum;
pub use exclusion::{Exclusion, ExclusionElement};
pub use expression::Expression;
pub use extension::Extension;
pub use foreign_key::ForeignKey;
pub use index::{Index, IndexElement, IndexKey, OperatorClass};
pub use novate_sql::ast::{GeneratedKind, IdentityKind, MatchKind, NullsOrder, ReferentialAction, SortOrder};
pub use novate_sql::{Ident, QName, TypeName};
pub use object::{ConstraintTag, Object, ObjectId, ObjectKind};
pub use primary_key::PrimaryKey;
pub use schema::Schema;
pub use sequence::{Sequence, SequenceOptions, SequenceOwner};
pub use table::{Partition, ReplicaIdentity, RowSecurity, StorageParameters, Table};
pub use unique::Unique;
