//! Permission as a type: a secured method cannot be called, nor be forgotten to be guarded, without it.

use std::marker::PhantomData;
use std::ops::Deref;

/// A caller who was authorized for an operation that needs the permission `M`.
///
/// Only the generated server makes one, after [`Backend::authorize`](crate::Backend::authorize) agreed.
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

/// No particular permission: any valid credential will do.
#[derive(Debug, Clone, Copy)]
pub enum AnyCredential {}

/// `album.read`
#[derive(Debug, Clone, Copy)]
pub enum AlbumRead {}

/// `album.write`
#[derive(Debug, Clone, Copy)]
pub enum AlbumWrite {}
