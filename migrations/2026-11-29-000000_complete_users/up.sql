-- The rest of upstream's columns of a user, and what users and upstream keep under a key.
alter table "user"
  add column "profileImagePath" varchar not null default '',
  add column "profileChangedAt" timestamptz not null default now(),
  -- Null: the color is derived from the e-mail address.
  add column "avatarColor" varchar,
  add column "oauthId" varchar not null default '',
  -- Null: no limit.
  add column "quotaSizeInBytes" bigint,
  add column "quotaUsageInBytes" bigint not null default 0,
  add column "pinCode" varchar;

-- A profile has not changed since its user was created. This is no change of the user.
alter table "user" disable trigger "user_touch";
update "user" set "profileChangedAt" = "createdAt";
alter table "user" enable trigger "user_touch";

create table "user_metadata" (
  "userId" uuid not null,
  -- For example 'license' or 'onboarding'.
  "key" varchar not null,
  "value" jsonb not null,
  "updateId" uuid not null default immich_uuid_v7(),
  "updatedAt" timestamptz not null default now(),
  constraint "user_metadata_pkey" primary key ("userId", "key"),
  constraint "user_metadata_userId_fkey" foreign key ("userId")
    references "user" ("id") on update cascade on delete cascade
);

create trigger "user_metadata_touch" before update on "user_metadata"
for each row execute function immich_touch();

-- A cached credential includes the license of its user.
create trigger "user_metadata_credentials_inserted" after insert on "user_metadata"
referencing new table as before for each statement execute function immich_credentials_changed();
create trigger "user_metadata_credentials_updated" after update on "user_metadata"
referencing old table as before for each statement execute function immich_credentials_changed();
create trigger "user_metadata_credentials_deleted" after delete on "user_metadata"
referencing old table as before for each statement execute function immich_credentials_changed();
create trigger "user_metadata_credentials_truncated" after truncate on "user_metadata"
for each statement execute function immich_credentials_changed();

alter table "user_metadata" enable always trigger "user_metadata_credentials_inserted";
alter table "user_metadata" enable always trigger "user_metadata_credentials_updated";
alter table "user_metadata" enable always trigger "user_metadata_credentials_deleted";
alter table "user_metadata" enable always trigger "user_metadata_credentials_truncated";
