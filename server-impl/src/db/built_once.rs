//! Queries whose SQL text is built once per thread, not once per call.
//!
//! Diesel prepares a statement once, but builds its text again for every call, to find the prepared statement: for the
//! look-up of a caller that is a sixth of a request's instructions. The text depends on the type of the query alone, by
//! which Diesel itself finds prepared statements ([`QueryId`]).

use std::any::TypeId;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use diesel::pg::{Pg, PgQueryBuilder};
use diesel::query_builder::{AstPass, Query, QueryBuilder, QueryFragment, QueryId};
use diesel::query_dsl::methods::LimitDsl;
use diesel::result::QueryResult;

thread_local! {
    static TEXTS: RefCell<HashMap<TypeId, Rc<str>>> = RefCell::default();
}

/// A query that is asked often. See the module.
pub(super) struct BuiltOnce<Q>(Q);

/// Adds [`built_once`](Self::built_once) to queries.
pub(super) trait BuildOnce: Sized {
    /// The same query, whose text is built once per thread.
    fn built_once(self) -> BuiltOnce<Self> {
        BuiltOnce(self)
    }
}

impl<Q: Query> BuildOnce for Q {}

impl<Q: Query> Query for BuiltOnce<Q> {
    type SqlType = Q::SqlType;
}

impl<Q: QueryId> QueryId for BuiltOnce<Q> {
    type QueryId = Q::QueryId;

    const HAS_STATIC_QUERY_ID: bool = Q::HAS_STATIC_QUERY_ID;
}

impl<Q: LimitDsl> LimitDsl for BuiltOnce<Q> {
    type Output = BuiltOnce<Q::Output>;

    fn limit(self, limit: i64) -> Self::Output {
        BuiltOnce(self.0.limit(limit))
    }
}

impl<Q: QueryFragment<Pg> + QueryId> QueryFragment<Pg> for BuiltOnce<Q> {
    fn walk_ast<'b>(&'b self, pass: AstPass<'_, 'b, Pg>) -> QueryResult<()> {
        self.0.walk_ast(pass)
    }

    fn to_sql(&self, out: &mut PgQueryBuilder, backend: &Pg) -> QueryResult<()> {
        let Some(id) = Q::query_id() else { return self.0.to_sql(out, backend) };
        let known = TEXTS.with_borrow(|texts| texts.get(&id).cloned());
        let text = if let Some(text) = known { text } else { self.build(id)? };
        out.push_sql(&text);
        Ok(())
    }
}

impl<Q: QueryFragment<Pg>> BuiltOnce<Q> {
    fn build(&self, id: TypeId) -> QueryResult<Rc<str>> {
        let mut builder = PgQueryBuilder::default();
        self.0.to_sql(&mut builder, &Pg)?;
        let text: Rc<str> = Rc::from(builder.finish());
        TEXTS.with_borrow_mut(|texts| texts.insert(id, Rc::clone(&text)));
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use diesel::debug_query;
    use diesel::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::db::schema::users;

    fn text(query: &impl QueryFragment<Pg>) -> String {
        let mut builder = PgQueryBuilder::default();
        query.to_sql(&mut builder, &Pg).unwrap();
        builder.finish()
    }

    #[test]
    fn the_text_is_that_of_the_query_each_time() {
        for id in [1, 2, 3].map(Uuid::from_u128) {
            let query = users::table.filter(users::id.eq(id)).select(users::name);
            let expected = debug_query::<Pg, _>(&query).to_string();
            let built = text(&query.built_once());
            assert!(expected.starts_with(&built) && built.contains("$1"), "{expected} {built}");
        }
        let other = users::table.select(users::email).built_once().limit(1);
        assert!(text(&other).contains("email") && text(&other).contains("LIMIT"), "{}", text(&other));
    }
}
