//! The tables that are copied, and the statements that copy them. All statements are built from the list of columns.

/// A table that is copied.
pub(super) struct Table {
    /// Its name in the source and in the target.
    pub(super) name: &'static str,
    /// The column that identifies a row.
    key: &'static str,
    /// The columns that are copied, with their types.
    columns: &'static [(&'static str, &'static str)],
    /// Which rows are copied.
    filter: &'static str,
    /// Inserts into `import_conflict` the rows that cannot be imported.
    pub(super) conflicts: &'static str,
    /// The trigger that would replace the time of the last change with that of the import. Without it, the table does
    /// not show which of two rows is newer.
    touch: Option<&'static str>,
}

/// In the order in which they are written: each refers to those before it.
pub(super) const TABLES: [Table; 4] = [
    Table {
        name: "user",
        key: "id",
        columns: &[
            ("id", "uuid"),
            ("email", "varchar"),
            ("password", "varchar"),
            ("name", "varchar"),
            ("isAdmin", "boolean"),
            ("shouldChangePassword", "boolean"),
            ("status", "varchar"),
            ("storageLabel", "varchar"),
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
        name: "session",
        key: "id",
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
        key: "id",
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
        key: "key",
        columns: &[("key", "varchar"), ("value", "jsonb")],
        filter: " where key = 'system-config'",
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
        let (name, key, same, newer) = (self.name, self.key, self.same(), self.newer());
        format!(
            "select count(*) as read,
                    count(*) filter (where l.id is null and t.\"{key}\" is null) as inserted,
                    count(*) filter (where l.id is null and t.\"{key}\" is not null and not {same} and not {newer})
                      as updated,
                    count(*) filter (where l.id is null and t.\"{key}\" is not null and {same}) as unchanged,
                    count(*) filter (where l.id is null and t.\"{key}\" is not null and not {same} and {newer}) as newer,
                    count(*) filter (where l.id is not null and not l.\"isConflict\") as left_out,
                    count(*) filter (where l.id is not null and l.\"isConflict\") as conflicts
               from import_{name} s
               left join \"{name}\" t on t.\"{key}\" = s.\"{key}\"
               left join import_left_out l on l.\"table\" = '{name}' and l.id = s.\"{key}\"::text"
        )
    }

    /// Changes the rows that exist and differ, without the trigger. None for a table where a difference is a conflict.
    pub(super) fn update(&self) -> Option<Update> {
        let touch = self.touch?;
        let (name, key, same, newer, taken) = (self.name, self.key, self.same(), self.newer(), self.taken());
        let columns = self.list(|(column, _)| format!("\"{column}\" = s.\"{column}\""));
        Some(Update {
            before: format!("alter table \"{name}\" disable trigger {touch}"),
            statement: format!(
                "update \"{name}\" t set {columns} from import_{name} s
                  where t.\"{key}\" = s.\"{key}\" and not {same} and not {newer} and {taken}"
            ),
            after: format!("alter table \"{name}\" enable trigger {touch}"),
        })
    }

    /// Adds the rows that do not exist.
    pub(super) fn insert(&self) -> String {
        let (name, key, taken) = (self.name, self.key, self.taken());
        let columns = self.list(|(column, _)| format!("\"{column}\""));
        format!(
            "insert into \"{name}\" ({columns}) select {columns} from import_{name} s
              where not exists (select from \"{name}\" t where t.\"{key}\" = s.\"{key}\") and {taken}"
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
            "not exists (select from import_left_out l where l.\"table\" = '{}' and l.id = s.\"{}\"::text)",
            self.name, self.key
        )
    }

    fn list(&self, each: impl FnMut(&(&'static str, &'static str)) -> String) -> String {
        self.columns.iter().map(each).collect::<Vec<_>>().join(", ")
    }
}
