//! The form in which a database stores the hashes of tokens: as text or as bytes.
//!
//! This program's own schema and upstream's 2.0 to 2.5 store text, upstream's 2.6 and later store bytes. Upstream may
//! convert the columns while this server runs. So every hash that is sent has the type of its form: Postgres rejects a
//! statement with the wrong one, instead of finding no row. Then the type of the column is read again, and the
//! statement is repeated in the right form.

use std::marker::PhantomData;
use std::sync::atomic::{AtomicU8, Ordering};

use diesel::deserialize::QueryableByName;
use diesel::expression::{AppearsOnTable, Expression, ValidGrouping, is_aggregate};
use diesel::pg::Pg;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::result::QueryResult;
use diesel::sql_types::{Binary, Bool, SqlType, Text};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::error::DbError;
use super::secrets::TokenHash;

/// The SQL type of the columns with hashes, in either form.
#[derive(SqlType, QueryId)]
pub struct Hash;

/// A column with hashes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HashColumn {
    SessionToken,
    ApiKeyKey,
}

/// The form of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HashForm {
    /// Base64 with padding, 44 characters.
    Text,
    /// The 32 bytes of the hash.
    Bytes,
}

#[derive(QueryableByName)]
struct ColumnType {
    #[diesel(sql_type = Bool)]
    is_bytes: bool,
}

impl HashColumn {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::SessionToken => ("session", "token"),
            Self::ApiKeyKey => ("api_key", "key"),
        }
    }

    /// Reads the form from the type of the column.
    pub(super) async fn read_form(self, mut connection: &AsyncPgConnection) -> QueryResult<HashForm> {
        let (table, column) = self.names();
        let query = format!(
            "select pg_typeof((select \"{column}\" from \"{table}\" where false)) = 'bytea'::regtype as is_bytes"
        );
        let read: ColumnType = diesel::sql_query(query).get_result(&mut connection).await?;
        Ok(if read.is_bytes { HashForm::Bytes } else { HashForm::Text })
    }
}

/// The forms of the columns, as far as they are known.
#[derive(Default)]
pub(super) struct HashForms {
    session_token: AtomicU8,
    api_key_key: AtomicU8,
}

impl HashForms {
    /// Runs a statement in the form of the column, and once more if it fails because the form has changed. `read` reads
    /// the form from the database.
    pub(super) async fn run<T, R, S>(
        &self,
        column: HashColumn,
        read: impl Fn() -> R,
        statement: impl Fn(HashForm) -> S,
    ) -> Result<T, DbError>
    where
        R: Future<Output = Result<HashForm, DbError>>,
        S: Future<Output = Result<T, DbError>>,
    {
        let form = match self.known(column) {
            Some(form) => form,
            None => self.learn(column, read().await?),
        };
        match statement(form).await {
            // The text of the error may be in any language, so the type of the column decides.
            Err(DbError::Other(error)) => {
                let current = self.learn(column, read().await?);
                if current == form { Err(DbError::Other(error)) } else { statement(current).await }
            }
            settled => settled,
        }
    }

    fn known(&self, column: HashColumn) -> Option<HashForm> {
        match self.slot(column).load(Ordering::Relaxed) {
            1 => Some(HashForm::Text),
            2 => Some(HashForm::Bytes),
            _ => None,
        }
    }

    fn learn(&self, column: HashColumn, form: HashForm) -> HashForm {
        let value = match form {
            HashForm::Text => 1,
            HashForm::Bytes => 2,
        };
        self.slot(column).store(value, Ordering::Relaxed);
        form
    }

    fn slot(&self, column: HashColumn) -> &AtomicU8 {
        match column {
            HashColumn::SessionToken => &self.session_token,
            HashColumn::ApiKeyKey => &self.api_key_key,
        }
    }
}

/// A form as a type: the cached text of a statement, and the prepared statement, depend on the types in it.
pub(super) trait Form: Copy + Send + Sync + 'static {
    /// Binds the hash in this form.
    fn bind<'b>(hash: &'b TokenHash, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()>;
}

/// See [`HashForm::Text`].
#[derive(Clone, Copy)]
pub(super) struct AsText;

/// See [`HashForm::Bytes`].
#[derive(Clone, Copy)]
pub(super) struct AsBytes;

impl Form for AsText {
    fn bind<'b>(hash: &'b TokenHash, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_bind_param::<Text, _>(hash)
    }
}

impl Form for AsBytes {
    fn bind<'b>(hash: &'b TokenHash, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        pass.push_bind_param::<Binary, _>(hash)
    }
}

/// Calls a function that is generic over the form, with the type of a [`HashForm`].
macro_rules! in_form {
    ($form:expr, $function:ident($($argument:expr),+)) => {
        async move {
            match $form {
                $crate::db::hash_form::HashForm::Text => {
                    $function::<$crate::db::hash_form::AsText>($($argument),+).await
                }
                $crate::db::hash_form::HashForm::Bytes => {
                    $function::<$crate::db::hash_form::AsBytes>($($argument),+).await
                }
            }
        }
    };
}

pub(super) use in_form;

/// A hash to compare a column with.
#[derive(Clone, Copy)]
pub(super) struct StoredHash<F>(TokenHash, PhantomData<F>);

impl<F> StoredHash<F> {
    pub(super) fn new(hash: &TokenHash) -> Self {
        Self(*hash, PhantomData)
    }
}

impl<F: Form> QueryFragment<Pg> for StoredHash<F> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        F::bind(&self.0, pass)
    }
}

/// A hash for a new row.
///
/// Postgres would store bytes in a column of text, as `\x…`. The empty query of the column prevents that: `coalesce`
/// accepts only values of one type.
#[derive(Clone, Copy)]
pub(super) struct NewHash<F>(HashColumn, StoredHash<F>);

impl<F> NewHash<F> {
    pub(super) fn new(column: HashColumn, hash: &TokenHash) -> Self {
        Self(column, StoredHash::new(hash))
    }
}

impl<F: Form> QueryFragment<Pg> for NewHash<F> {
    fn walk_ast<'b>(&'b self, mut pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        let (table, column) = self.0.names();
        pass.push_sql("coalesce((select ");
        pass.push_identifier(column)?;
        pass.push_sql(" from ");
        pass.push_identifier(table)?;
        pass.push_sql(" where false), ");
        self.1.walk_ast(pass.reborrow())?;
        pass.push_sql(")");
        Ok(())
    }
}

/// What diesel requires of a value without columns.
macro_rules! value {
    ($name:ident) => {
        impl<F: Form> Expression for $name<F> {
            type SqlType = Hash;
        }

        impl<F: Form, Tables> AppearsOnTable<Tables> for $name<F> {}

        impl<F: Form, GroupBy> ValidGrouping<GroupBy> for $name<F> {
            type IsAggregate = is_aggregate::Never;
        }

        impl<F: Form> QueryId for $name<F> {
            type QueryId = Self;

            const HAS_STATIC_QUERY_ID: bool = true;
        }
    };
}

value!(StoredHash);
value!(NewHash);
