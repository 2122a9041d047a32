//! Permissions as types. A method of a secured operation takes a [`Granted`], so it cannot run without authorization.
//! One that checks a password takes a [`PasswordCheck`].

use crate::Operation;
use std::marker::PhantomData;
use std::ops::Deref;

/// A caller who was authorized for an operation that needs the permission `M`.
///
/// Only the generated server creates it, after [`Backend::authorize`](crate::Backend::authorize) succeeded.
#[derive(Debug)]
pub struct Granted<P, M> {
    principal: P,
    permission: PhantomData<fn() -> M>,
}

impl<P, M> Granted<P, M> {
    pub(crate) fn issue(principal: P) -> Self {
        Self { principal, permission: PhantomData }
    }

    /// The caller.
    pub fn into_inner(self) -> P {
        self.principal
    }
}

impl<P, M> Deref for Granted<P, M> {
    type Target = P;

    fn deref(&self) -> &P {
        &self.principal
    }
}

/// The right to compare a password of a request with a stored one.
///
/// Only the generated server creates it, once for each request of an operation that the contract marks with
/// `x-checks-password`. An implementation that compares passwords only in exchange for it cannot compare one in another
/// operation, and an operation that is newly marked does not compile until it takes it.
#[derive(Debug)]
#[must_use = "it is to be exchanged for a comparison of a password"]
pub struct PasswordCheck(Operation);

impl PasswordCheck {
    pub(crate) fn issue(operation: Operation) -> Self {
        Self(operation)
    }

    /// The operation that checks the password.
    #[must_use]
    pub fn operation(&self) -> Operation {
        self.0
    }
}

/// Any valid credential; no particular permission.
#[derive(Debug, Clone, Copy)]
pub enum AnyCredential {}

/// `album.read`
#[derive(Debug, Clone, Copy)]
pub enum AlbumRead {}

/// `album.write`
#[derive(Debug, Clone, Copy)]
pub enum AlbumWrite {}
