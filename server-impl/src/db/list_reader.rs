//! Reads of lists: on separate connections, one page at a time for each user.
//!
//! A page can take much longer than other reads, and the database answers the queries of one connection in order. So
//! lists do not use the shared connections. One user reads one page at a time, and users who wait are served in turn:
//! however many lists one user requests, another user's list waits for one page of that user at most.

use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use diesel::QueryResult;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;
use uuid::Uuid;

use super::connection::DbConnection;
use super::error::{DbError, Unavailable};
use super::reader::{Reader, Readers};

/// Lists of one user that are read or sent at the same time. Further ones wait.
const LISTS_PER_USER: usize = 4;

/// The longest wait of a list for the user's other lists, and of a page for its turn.
const WAIT_LIMIT: Duration = Duration::from_millis(1_500);

/// The connections for lists, and the users that are reading lists.
pub(super) struct Lists {
    connections: Arc<Readers>,
    /// Used while no connection for lists is open.
    shared: Arc<Readers>,
    /// One permit for each page that may be read at the same time, in order of arrival.
    pages: Arc<Semaphore>,
    /// The connections on which no page is being read.
    idle: Mutex<Vec<usize>>,
    users: Mutex<HashMap<Uuid, UserLists>>,
}

/// The lists of one user, from the request of the first to the end of the last.
struct UserLists {
    queue: Arc<Queue>,
    count: usize,
}

struct Queue {
    lists: Semaphore,
    page: Arc<Semaphore>,
}

impl Lists {
    pub(super) fn new(connections: Arc<Readers>, shared: Arc<Readers>) -> Self {
        let count = connections.len().max(1);
        Self {
            connections,
            shared,
            pages: Arc::new(Semaphore::new(count)),
            idle: Mutex::new((0..count).rev().collect()),
            users: Mutex::default(),
        }
    }

    /// Access for one list of this user. Waits while the user has [`LISTS_PER_USER`] others.
    pub(super) async fn reader(self: &Arc<Self>, user: Uuid) -> Result<ListReader, DbError> {
        let member = Member::join(self, user);
        // The semaphores are never closed.
        match timeout(WAIT_LIMIT, member.queue.lists.acquire()).await {
            Ok(Ok(permit)) => permit.forget(),
            Ok(Err(_)) | Err(_) => return Err(DbError::Unavailable(Unavailable::TooManyLists(WAIT_LIMIT))),
        }
        Ok(ListReader { member: Arc::new(member) })
    }
}

/// One list of a user: from its request to its end, and to the end of the page that may still be read then.
struct Member {
    lists: Arc<Lists>,
    user: Uuid,
    queue: Arc<Queue>,
}

impl Member {
    fn join(lists: &Arc<Lists>, user: Uuid) -> Self {
        let mut users = lists.users.lock().unwrap_or_else(PoisonError::into_inner);
        let own = users.entry(user).or_insert_with(|| UserLists {
            queue: Arc::new(Queue { lists: Semaphore::new(LISTS_PER_USER), page: Arc::new(Semaphore::new(1)) }),
            count: 0,
        });
        own.count += 1;
        Self { lists: Arc::clone(lists), user, queue: Arc::clone(&own.queue) }
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        let mut users = self.lists.users.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = users.get_mut(&self.user) {
            own.count -= 1;
            if own.count == 0 {
                users.remove(&self.user);
            }
        }
    }
}

/// Access for the reads of one list.
pub struct ListReader {
    member: Arc<Member>,
}

impl ListReader {
    /// Runs the query of one page when it is this user's turn.
    ///
    /// A query that has begun runs to its end, also when its caller is dropped: otherwise a client that closes its
    /// connections early would have more than one page in progress.
    pub(super) async fn run<T, F>(
        &self,
        query: impl Fn(Arc<DbConnection>) -> F + Send + Sync + 'static,
    ) -> Result<T, DbError>
    where
        F: Future<Output = QueryResult<T>> + Send + 'static,
        T: Send + 'static,
    {
        let turn = self.turn().await?;
        let reader = turn.reader()?;
        RunToEnd(Some(Box::pin(async move {
            let result = reader.run(query).await;
            drop(turn);
            result
        })))
        .await
    }

    async fn turn(&self) -> Result<Turn, DbError> {
        let Member { lists, queue, .. } = &*self.member;
        let take = async {
            let page_of_user = Arc::clone(&queue.page).acquire_owned().await.ok()?;
            let page = Arc::clone(&lists.pages).acquire_owned().await.ok()?;
            let connection = lists.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()?;
            Some(Turn { member: Arc::clone(&self.member), connection, _permits: (page, page_of_user) })
        };
        let turn = timeout(WAIT_LIMIT, take).await.ok().flatten();
        turn.ok_or(DbError::Unavailable(Unavailable::TooManyLists(WAIT_LIMIT)))
    }
}

impl Drop for ListReader {
    fn drop(&mut self) {
        self.member.queue.lists.add_permits(1);
    }
}

/// The right to read one page, on a connection on which no other page is being read.
struct Turn {
    member: Arc<Member>,
    connection: usize,
    _permits: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

impl Turn {
    fn reader(&self) -> Result<Reader, DbError> {
        let Lists { connections, shared, .. } = &*self.member.lists;
        match connections.on(self.connection) {
            Some(connection) => Ok(shared.reader_on(connection)),
            None => shared.reader(),
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.member.lists.idle.lock().unwrap_or_else(PoisonError::into_inner).push(self.connection);
    }
}

/// A future that continues as a task when it is dropped before its end.
struct RunToEnd<T: Send + 'static>(Option<Pin<Box<dyn Future<Output = T> + Send>>>);

impl<T: Send + 'static> Future for RunToEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let Some(future) = &mut self.0 else { return Poll::Pending };
        let done = ready!(future.as_mut().poll(context));
        self.0 = None;
        Poll::Ready(done)
    }
}

impl<T: Send + 'static> Drop for RunToEnd<T> {
    fn drop(&mut self) {
        if let (Some(future), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(future);
        }
    }
}
