//! The tables that the migrations create. Columns that no query uses are left out.

diesel::table! {
    #[sql_name = "user"]
    users (id) {
        id -> Uuid,
        email -> Text,
        password -> Text,
        name -> Text,
        #[sql_name = "isAdmin"]
        is_admin -> Bool,
        #[sql_name = "shouldChangePassword"]
        should_change_password -> Bool,
        status -> Text,
        #[sql_name = "storageLabel"]
        storage_label -> Nullable<Text>,
        #[sql_name = "profileImagePath"]
        profile_image_path -> Text,
        #[sql_name = "profileChangedAt"]
        profile_changed_at -> Timestamptz,
        #[sql_name = "avatarColor"]
        avatar_color -> Nullable<Text>,
        #[sql_name = "oauthId"]
        oauth_id -> Text,
        #[sql_name = "quotaSizeInBytes"]
        quota_size_in_bytes -> Nullable<Int8>,
        #[sql_name = "quotaUsageInBytes"]
        quota_usage_in_bytes -> Nullable<Int8>,
        #[sql_name = "createdAt"]
        created_at -> Timestamptz,
        #[sql_name = "updatedAt"]
        updated_at -> Timestamptz,
        #[sql_name = "deletedAt"]
        deleted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    #[sql_name = "session"]
    sessions (id) {
        id -> Uuid,
        token -> crate::db::hash_form::Hash,
        #[sql_name = "userId"]
        user_id -> Uuid,
        #[sql_name = "parentId"]
        parent_id -> Nullable<Uuid>,
        #[sql_name = "expiresAt"]
        expires_at -> Nullable<Timestamptz>,
        #[sql_name = "deviceType"]
        device_type -> Text,
        #[sql_name = "deviceOS"]
        device_os -> Text,
        #[sql_name = "appVersion"]
        app_version -> Nullable<Text>,
        #[sql_name = "isPendingSyncReset"]
        is_pending_sync_reset -> Bool,
        #[sql_name = "createdAt"]
        created_at -> Timestamptz,
        #[sql_name = "updatedAt"]
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    #[sql_name = "api_key"]
    api_keys (id) {
        id -> Uuid,
        name -> Text,
        key -> crate::db::hash_form::Hash,
        #[sql_name = "userId"]
        user_id -> Uuid,
        permissions -> Array<Text>,
        #[sql_name = "createdAt"]
        created_at -> Timestamptz,
        #[sql_name = "updatedAt"]
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    user_metadata (user_id, key) {
        #[sql_name = "userId"]
        user_id -> Uuid,
        key -> Text,
        value -> Jsonb,
    }
}

diesel::table! {
    system_metadata (key) {
        key -> Text,
        value -> Jsonb,
    }
}

diesel::table! {
    #[sql_name = "login_failure"]
    login_failures (key) {
        key -> Int8,
        failures -> Int4,
        #[sql_name = "expiresAt"]
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    #[sql_name = "login_address"]
    login_addresses (account, address) {
        account -> Int8,
        address -> Int8,
        #[sql_name = "expiresAt"]
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    #[sql_name = "login_hash_key"]
    login_hash_keys (key) {
        key -> Uuid,
    }
}

diesel::table! {
    /// The migrations that diesel has applied.
    __diesel_schema_migrations (version) {
        version -> Text,
        run_on -> Timestamp,
    }
}

diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(api_keys -> users (user_id));
diesel::allow_tables_to_appear_in_same_query!(users, sessions, api_keys, user_metadata);

// The same tables under other names, for queries in statements about these.
diesel::alias!(sessions as other_sessions: OtherSessions, api_keys as other_api_keys: OtherApiKeys);
