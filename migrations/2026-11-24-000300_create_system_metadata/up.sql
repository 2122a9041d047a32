-- What an administrator set for the whole server, for example under the key 'system-config'.
create table "system_metadata" (
  "key" varchar not null,
  "value" jsonb not null,
  constraint "system_metadata_pkey" primary key ("key")
);
