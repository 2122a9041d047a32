//! The operations of the contract, with method, path, security schemes and permission of each.

use crate::models::Permission;
use crate::security::SecurityScheme;
use http::Method;

/// An operation of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Every kind of query parameter
    ListAlbums,
    /// A body with every kind of property
    CreateAlbum,
    /// A body of DELETE, and a list as a body
    DeleteAlbums,
    /// One UUID in the path
    GetAlbum,
    /// Headers as parameters, bytes as the answer
    GetCover,
    /// Bytes as the body
    PutCover,
    /// Text both ways
    PutNote,
    /// Every kind of path parameter, and the longest path
    ReadScalars,
    /// `readMoment`
    ReadMoment,
    /// `readLatest`
    ReadLatest,
    /// One of several objects
    PutShape,
    /// A map as a body
    PutLabels,
    /// Any JSON as a body
    PutJson,
    /// Any object as a body
    PutObject,
    /// A schema that contains itself
    PutTree,
    /// Names and texts that need care
    PutWords,
    /// Deprecated, and a keyword in Rust
    Move,
    /// Many flags
    DropWords,
}

/// The facts about an operation in the contract.
#[derive(Debug)]
pub struct Facts {
    /// `operationId`.
    pub id: &'static str,
    /// The HTTP method. A `GET` operation also answers `HEAD`.
    pub method: Method,
    /// The path template below [`BASE_PATH`](crate::BASE_PATH), for example `/users/{id}`.
    pub path: &'static str,
    /// The accepted security schemes; empty for a public operation.
    pub schemes: &'static [SecurityScheme],
    /// The permission that the caller needs, if any.
    pub permission: Option<Permission>,
    /// The maximum size of the body in bytes, if the contract declares one (`x-max-body`).
    pub max_body: Option<usize>,
}

static FACTS: [Facts; 18] = [
    Facts {
        id: "listAlbums",
        method: Method::GET,
        path: "/albums",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: Some(Permission::AlbumRead),
        max_body: None,
    },
    Facts {
        id: "createAlbum",
        method: Method::POST,
        path: "/albums",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: Some(Permission::AlbumWrite),
        max_body: None,
    },
    Facts {
        id: "deleteAlbums",
        method: Method::DELETE,
        path: "/albums",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: Some(Permission::AlbumWrite),
        max_body: None,
    },
    Facts {
        id: "getAlbum",
        method: Method::GET,
        path: "/albums/{id}",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: None,
        max_body: None,
    },
    Facts {
        id: "getCover",
        method: Method::GET,
        path: "/albums/{id}/cover",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: None,
        max_body: None,
    },
    Facts {
        id: "putCover",
        method: Method::PUT,
        path: "/albums/{id}/cover",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: None,
        max_body: None,
    },
    Facts {
        id: "putNote",
        method: Method::PUT,
        path: "/albums/{id}/note",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: None,
        max_body: None,
    },
    Facts {
        id: "readScalars",
        method: Method::GET,
        path: "/scalars/{text}/{number}/{ratio}/{flag}/{choice}/{day}",
        schemes: &[],
        permission: None,
        max_body: None,
    },
    Facts {
        id: "readMoment",
        method: Method::GET,
        path: "/moments/{moment}/{small}/{id}",
        schemes: &[],
        permission: None,
        max_body: None,
    },
    Facts {
        id: "readLatest",
        method: Method::GET,
        path: "/moments/{moment}/latest",
        schemes: &[],
        permission: None,
        max_body: None,
    },
    Facts { id: "putShape", method: Method::POST, path: "/shapes", schemes: &[], permission: None, max_body: None },
    Facts {
        id: "putLabels",
        method: Method::POST,
        path: "/labels",
        schemes: &[],
        permission: None,
        max_body: Some(200_000),
    },
    Facts { id: "putJson", method: Method::POST, path: "/json", schemes: &[], permission: None, max_body: None },
    Facts { id: "putObject", method: Method::POST, path: "/objects", schemes: &[], permission: None, max_body: None },
    Facts { id: "putTree", method: Method::POST, path: "/trees", schemes: &[], permission: None, max_body: None },
    Facts { id: "putWords", method: Method::PUT, path: "/words", schemes: &[], permission: None, max_body: None },
    Facts { id: "move", method: Method::GET, path: "/words", schemes: &[], permission: None, max_body: None },
    Facts { id: "dropWords", method: Method::DELETE, path: "/words", schemes: &[], permission: None, max_body: None },
];

impl Operation {
    /// All operations, in the contract's order.
    pub const ALL: [Self; 18] = [
        Self::ListAlbums,
        Self::CreateAlbum,
        Self::DeleteAlbums,
        Self::GetAlbum,
        Self::GetCover,
        Self::PutCover,
        Self::PutNote,
        Self::ReadScalars,
        Self::ReadMoment,
        Self::ReadLatest,
        Self::PutShape,
        Self::PutLabels,
        Self::PutJson,
        Self::PutObject,
        Self::PutTree,
        Self::PutWords,
        Self::Move,
        Self::DropWords,
    ];

    /// The facts about this operation.
    #[must_use]
    pub fn facts(self) -> &'static Facts {
        &FACTS[self as usize]
    }

    /// `operationId`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.facts().id
    }

    /// The HTTP method.
    #[must_use]
    pub fn method(self) -> &'static Method {
        &self.facts().method
    }

    /// The path template below [`BASE_PATH`](crate::BASE_PATH).
    #[must_use]
    pub fn path(self) -> &'static str {
        self.facts().path
    }

    /// The permission that the caller needs, if any.
    #[must_use]
    pub fn permission(self) -> Option<Permission> {
        self.facts().permission
    }

    /// Whether the operation requires a credential.
    #[must_use]
    pub fn is_secured(self) -> bool {
        !self.facts().schemes.is_empty()
    }

    /// Whether the operation accepts a credential of this security scheme.
    #[must_use]
    pub fn accepts(self, scheme: SecurityScheme) -> bool {
        self.facts().schemes.contains(&scheme)
    }
}
