//! The tables that are copied, and the statements that copy them. All statements are built from the list of columns.

/// A table that is copied.
pub(super) struct Table {
    /// Its name in the source and in the target.
    pub(super) name: &'static str,
    /// The columns that identify a row.
    key: &'static [&'static str],
    /// The columns that are copied, with their types.
    columns: &'static [(&'static str, &'static str)],
    /// Which rows are copied.
    filter: &'static str,
    /// Inserts into `import_conflict` the rows that cannot be imported. Empty if all can.
    pub(super) conflicts: &'static str,
    /// The trigger that would replace the time of the last change with that of the import. Without it, the table does
    /// not show which of two rows is newer.
    touch: Option<&'static str>,
}

/// In the order in which they are written: each refers to those before it.
pub(super) const TABLES: [Table; 5] = [
    Table {
        name: "user",
        key: &["id"],
        columns: &[
            ("id", "uuid"),
            ("email", "varchar"),
            ("password", "varchar"),
            ("name", "varchar"),
            ("isAdmin", "boolean"),
            ("shouldChangePassword", "boolean"),
            ("status", "varchar"),
            ("storageLabel", "varchar"),
            ("profileImagePath", "varchar"),
            ("profileChangedAt", "timestamptz"),
            ("avatarColor", "varchar"),
            ("oauthId", "varchar"),
            ("quotaSizeInBytes", "bigint"),
            ("quotaUsageInBytes", "bigint"),
            ("createdAt", "timestamptz"),
            ("updatedAt", "timestamptz"),
            ("deletedAt", "timestamptz"),
            ("updateId", "uuid"),
        ],
        filter: "",
        conflicts: include_str!("user.sql"),
        touch: Some("user_touch"),
    },
    Table {
        name: "user_metadata",
        key: &["userId", "key"],
        columns: &[
            ("userId", "uuid"),
            ("key", "varchar"),
            ("value", "jsonb"),
            ("updatedAt", "timestamptz"),
            ("updateId", "uuid"),
        ],
        filter: "",
        conflicts: "",
        touch: Some("user_metadata_touch"),
    },
    Table {
        name: "session",
        key: &["id"],
        columns: &[
            ("id", "uuid"),
            ("token", "varchar"),
            ("userId", "uuid"),
            ("parentId", "uuid"),
            ("expiresAt", "timestamptz"),
            ("deviceType", "varchar"),
            ("deviceOS", "varchar"),
            ("appVersion", "varchar"),
            ("isPendingSyncReset", "boolean"),
            ("createdAt", "timestamptz"),
            ("updatedAt", "timestamptz"),
            ("updateId", "uuid"),
        ],
        filter: "",
        conflicts: include_str!("session.sql"),
        touch: Some("session_touch"),
    },
    Table {
        name: "api_key",
        key: &["id"],
        columns: &[
            ("id", "uuid"),
            ("name", "varchar"),
            ("key", "varchar"),
            ("userId", "uuid"),
            ("permissions", "varchar[]"),
            ("createdAt", "timestamptz"),
            ("updatedAt", "timestamptz"),
            ("updateId", "uuid"),
        ],
        filter: "",
        conflicts: include_str!("api_key.sql"),
        touch: Some("api_key_touch"),
    },
    Table {
        name: "system_metadata",
        key: &["key"],
        columns: &[("key", "varchar"), ("value", "jsonb")],
        // The others describe files, jobs and releases of upstream.
        filter: " where key in ('admin-onboarding', 'license', 'system-config')",
        conflicts: include_str!("system_metadata.sql"),
        touch: None,
    },
];

/// The statements that change rows.
pub(super) struct Update {
    pub(super) before: String,
    pub(super) statement: String,
    pub(super) after: String,
}

impl Table {
    /// How many rows there are to copy.
    pub(super) fn count(&self) -> String {
        format!("select count(*) from \"{}\"{}", self.name, self.filter)
    }

    /// Reads the rows. Hashes that the source stores as `bytes` become base64, as in the target.
    pub(super) fn copy_out(&self, bytes: &[String]) -> String {
        let columns = self.list(|(column, kind)| {
            if bytes.iter().any(|name| name == column) {
                format!("encode(\"{column}\", 'base64')::{kind}")
            } else {
                format!("\"{column}\"::{kind}")
            }
        });
        format!("copy (select {columns} from \"{}\"{}) to stdout (format binary)", self.name, self.filter)
    }

    /// Creates the temporary table.
    pub(super) fn stage(&self) -> String {
        let columns = self.list(|(column, kind)| format!("\"{column}\" {kind}"));
        format!("create temporary table import_{} ({columns}) on commit drop", self.name)
    }

    /// Writes the rows into the temporary table.
    pub(super) fn copy_in(&self) -> String {
        let columns = self.list(|(column, _)| format!("\"{column}\""));
        format!("copy import_{} ({columns}) from stdin (format binary)", self.name)
    }

    /// Counts the rows by what happens to them: `read`, `inserted`, `updated`, `unchanged`, `newer` (in the target),
    /// `left_out` and `conflicts`.
    pub(super) fn classify(&self) -> String {
        let (name, id, matches, same, newer) = (self.name, self.id(), self.matches(), self.same(), self.newer());
        let exists = format!("({}) is not null", self.key_of("t"));
        format!(
            "select count(*) as read,
                    count(*) filter (where l.id is null and not {exists}) as inserted,
                    count(*) filter (where l.id is null and {exists} and not {same} and not {newer}) as updated,
                    count(*) filter (where l.id is null and {exists} and {same}) as unchanged,
                    count(*) filter (where l.id is null and {exists} and not {same} and {newer}) as newer,
                    count(*) filter (where l.id is not null and not l.\"isConflict\") as left_out,
                    count(*) filter (where l.id is not null and l.\"isConflict\") as conflicts
               from import_{name} s
               left join \"{name}\" t on {matches}
               left join import_left_out l on l.\"table\" = '{name}' and l.id = {id}"
        )
    }

    /// Changes the rows that exist and differ, without the trigger. None for a table where a difference is a conflict.
    pub(super) fn update(&self) -> Option<Update> {
        let touch = self.touch?;
        let (name, matches, same, newer, taken) = (self.name, self.matches(), self.same(), self.newer(), self.taken());
        let columns = self.list(|(column, _)| format!("\"{column}\" = s.\"{column}\""));
        Some(Update {
            before: format!("alter table \"{name}\" disable trigger {touch}"),
            statement: format!(
                "update \"{name}\" t set {columns} from import_{name} s
                  where {matches} and not {same} and not {newer} and {taken}"
            ),
            after: format!("alter table \"{name}\" enable trigger {touch}"),
        })
    }

    /// Adds the rows that do not exist.
    pub(super) fn insert(&self) -> String {
        let (name, matches, taken) = (self.name, self.matches(), self.taken());
        let columns = self.list(|(column, _)| format!("\"{column}\""));
        format!(
            "insert into \"{name}\" ({columns}) select {columns} from import_{name} s
              where not exists (select from \"{name}\" t where {matches}) and {taken}"
        )
    }

    /// Whether both rows are the same. Ignores `updateId`, which differs after every change of the rest.
    fn same(&self) -> String {
        let compared = self.columns.iter().filter(|(column, _)| *column != "updateId");
        let side = |alias: &str| {
            let columns: Vec<_> = compared.clone().map(|(column, _)| format!("{alias}.\"{column}\"")).collect();
            columns.join(", ")
        };
        format!("(({}) is not distinct from ({}))", side("s"), side("t"))
    }

    /// Whether the row of the target is newer.
    fn newer(&self) -> &'static str {
        if self.touch.is_some() { "(t.\"updatedAt\" > s.\"updatedAt\")" } else { "true" }
    }

    /// Whether the row is imported.
    fn taken(&self) -> String {
        format!(
            "not exists (select from import_left_out l where l.\"table\" = '{}' and l.id = {})",
            self.name,
            self.id()
        )
    }

    /// Whether the row of the source and the row of the target are identified by the same key.
    fn matches(&self) -> String {
        format!("({}) = ({})", self.key_of("t"), self.key_of("s"))
    }

    fn key_of(&self, alias: &str) -> String {
        self.key.iter().map(|column| format!("{alias}.\"{column}\"")).collect::<Vec<_>>().join(", ")
    }

    /// The key as one text, as in `import_left_out`.
    fn id(&self) -> String {
        format!("concat_ws(' ', {})", self.key_of("s"))
    }

    fn list(&self, each: impl FnMut(&(&'static str, &'static str)) -> String) -> String {
        self.columns.iter().map(each).collect::<Vec<_>>().join(", ")
    }
}
