//! The releases of upstream whose databases the tests run on.

/// The releases of upstream whose databases differ for this program. Each stands for those since the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Release {
    V2_5,
    V2_7,
    V3_2,
}

/// What versions 2.6 to 2.7 change in a database of 2.5.
pub(crate) const UPGRADE_TO_2_7: &str = include_str!("../fixtures/upstream_2_6.sql");

impl Release {
    pub(crate) const ALL: [Self; 3] = [Self::V2_5, Self::V2_7, Self::V3_2];

    /// Whether hashes are stored as bytes, with indexes.
    pub(crate) fn stores_bytes(self) -> bool {
        self != Self::V2_5
    }

    /// The name of its last migration.
    pub(crate) fn last_migration(self) -> &'static str {
        match self {
            Self::V2_5 => "1769635093204-DropThumbnailJobStatusColumns",
            Self::V2_7 => "1771873044511-ChangesTokensToBuffers",
            Self::V3_2 => "1780000000000-LastMigrationOfVersion3",
        }
    }

    /// The hash of a token or a secret as this release stores it, in SQL.
    pub(crate) fn hash(self, secret: &str) -> String {
        if self.stores_bytes() {
            format!("sha256('{secret}')")
        } else {
            format!("encode(sha256('{secret}'), 'base64')")
        }
    }

    /// The statements that create its schema.
    pub(super) fn schema(self) -> &'static [&'static str] {
        const STATEMENTS: [&str; 3] =
            [include_str!("../fixtures/upstream.sql"), UPGRADE_TO_2_7, include_str!("../fixtures/upstream_3_0.sql")];
        match self {
            Self::V2_5 => &STATEMENTS[..1],
            Self::V2_7 => &STATEMENTS[..2],
            Self::V3_2 => &STATEMENTS,
        }
    }
}
