//! Permissions as types. A method of a secured operation takes a [`Granted`], so it cannot run without authorization.

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

/// Any valid credential; no particular permission.
#[derive(Debug, Clone, Copy)]
pub enum AnyCredential {}

/// `album.read`
#[derive(Debug, Clone, Copy)]
pub enum AlbumRead {}

/// `album.write`
#[derive(Debug, Clone, Copy)]
pub enum AlbumWrite {}
