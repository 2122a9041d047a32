//! The operations of the contract and what it says of each.

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

/// What the contract says of an operation.
#[derive(Debug)]
pub struct Facts {
    /// `operationId`.
    pub id: &'static str,
    /// HTTP method. `HEAD` is answered wherever `GET` is.
    pub method: Method,
    /// Path template below [`BASE_PATH`](crate::BASE_PATH), for instance `/users/{id}`.
    pub path: &'static str,
    /// Kinds of credential that are accepted; none for a public operation.
    pub schemes: &'static [SecurityScheme],
    /// What a caller must be permitted to do.
    pub permission: Option<Permission>,
    /// SHA-256 of the operation as the effective contract has it: references resolved, prose left out.
    pub digest: &'static str,
}

static FACTS: [Facts; 18] = [
    Facts {
        id: "listAlbums",
        method: Method::GET,
        path: "/albums",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: Some(Permission::AlbumRead),
        digest: "8954fa6f0bf6096e1175a6de3ddd5b864e0497a920aad2578bf57782227bda81",
    },
    Facts {
        id: "createAlbum",
        method: Method::POST,
        path: "/albums",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: Some(Permission::AlbumWrite),
        digest: "476bb8f90c1183e1934f36950831ff4ac34022cb5d87b0f03f31b6f632d30360",
    },
    Facts {
        id: "deleteAlbums",
        method: Method::DELETE,
        path: "/albums",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: Some(Permission::AlbumWrite),
        digest: "a99ed23a42b4b273977051512a8d480f4eae74b5d52641c2cc48632ccf3bf50b",
    },
    Facts {
        id: "getAlbum",
        method: Method::GET,
        path: "/albums/{id}",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: None,
        digest: "02d874225613ee3d8d847fc65f3190361c24b1a7165f20cb6ac3443f8a6d91e1",
    },
    Facts {
        id: "getCover",
        method: Method::GET,
        path: "/albums/{id}/cover",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: None,
        digest: "073244586bfd15ddbc54f46dd62db1e47417069eed7cb60ce8082908437ff4fd",
    },
    Facts {
        id: "putCover",
        method: Method::PUT,
        path: "/albums/{id}/cover",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: None,
        digest: "8d429f38ba60a783c6278556bf109949dda1fce6c3cdb747088cf36f287d384e",
    },
    Facts {
        id: "putNote",
        method: Method::PUT,
        path: "/albums/{id}/note",
        schemes: &[SecurityScheme::Bearer, SecurityScheme::Token],
        permission: None,
        digest: "1cb7dcd89c353db9986d009f035db5eb66780a185f0241ebac9308e1bef7d393",
    },
    Facts {
        id: "readScalars",
        method: Method::GET,
        path: "/scalars/{text}/{number}/{ratio}/{flag}/{choice}/{day}",
        schemes: &[],
        permission: None,
        digest: "eb70aa0a3d90acc5ee4024a41d6c471ceabf9d49d9a58cadaa06401f979faa07",
    },
    Facts {
        id: "readMoment",
        method: Method::GET,
        path: "/moments/{moment}/{small}/{id}",
        schemes: &[],
        permission: None,
        digest: "3b968b38a0b1dcd2338fe521573f6144a7f5c8bcea66515b54175de5653aa45d",
    },
    Facts {
        id: "readLatest",
        method: Method::GET,
        path: "/moments/{moment}/latest",
        schemes: &[],
        permission: None,
        digest: "55cb64d50bb36edd331f6770d70d6a345b481b85983309b17731e52f2e4d3303",
    },
    Facts {
        id: "putShape",
        method: Method::POST,
        path: "/shapes",
        schemes: &[],
        permission: None,
        digest: "bed264d45775ce06c978c77d5b01b2a92990d3d4accba5b9e6d4653537a464e2",
    },
    Facts {
        id: "putLabels",
        method: Method::POST,
        path: "/labels",
        schemes: &[],
        permission: None,
        digest: "4083533e40590abe565c197fbeec9f80aeafce8afda0cea0597e7d06d36adabf",
    },
    Facts {
        id: "putJson",
        method: Method::POST,
        path: "/json",
        schemes: &[],
        permission: None,
        digest: "fb7666bb78700a73f00dda85aa408a28c8b5e98d8dc290a511337ae7145ed1f3",
    },
    Facts {
        id: "putObject",
        method: Method::POST,
        path: "/objects",
        schemes: &[],
        permission: None,
        digest: "e52f067dff1ec363d1f9938e556a115d35c960bb07d7c7fd7719a5832caa6de3",
    },
    Facts {
        id: "putTree",
        method: Method::POST,
        path: "/trees",
        schemes: &[],
        permission: None,
        digest: "438b70623b334acc9226585b530170672175788412669cf3850f82083f55239d",
    },
    Facts {
        id: "putWords",
        method: Method::PUT,
        path: "/words",
        schemes: &[],
        permission: None,
        digest: "3dcc655dc94ea28493ddfba560e7262136b5748f7768c2261b96d63f9583399b",
    },
    Facts {
        id: "move",
        method: Method::GET,
        path: "/words",
        schemes: &[],
        permission: None,
        digest: "7da63185ee1fbe001d05489ea53b4eed37652ab4584c1c3219b287849003bc6a",
    },
    Facts {
        id: "dropWords",
        method: Method::DELETE,
        path: "/words",
        schemes: &[],
        permission: None,
        digest: "66d0a515427655a7df4dfb66172697151c8e7d26648d8dcbd6bfa72a36d1a724",
    },
];

impl Operation {
    /// Every operation, in the contract's order.
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

    /// What the contract says of it.
    #[must_use]
    pub fn facts(self) -> &'static Facts {
        &FACTS[self as usize]
    }

    /// `operationId`.
    #[must_use]
    pub fn id(self) -> &'static str {
        self.facts().id
    }

    /// HTTP method.
    #[must_use]
    pub fn method(self) -> &'static Method {
        &self.facts().method
    }

    /// Path template below [`BASE_PATH`](crate::BASE_PATH).
    #[must_use]
    pub fn path(self) -> &'static str {
        self.facts().path
    }

    /// What a caller must be permitted to do.
    #[must_use]
    pub fn permission(self) -> Option<Permission> {
        self.facts().permission
    }

    /// Whether a credential is needed.
    #[must_use]
    pub fn is_secured(self) -> bool {
        !self.facts().schemes.is_empty()
    }

    /// Whether a credential of this kind is accepted.
    #[must_use]
    pub fn accepts(self, scheme: SecurityScheme) -> bool {
        self.facts().schemes.contains(&scheme)
    }
}
