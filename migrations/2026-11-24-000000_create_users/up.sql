-- A UUID of version 7 (RFC 9562, section 5.7): 48 bits of Unix milliseconds, then random bits.
-- The random UUID of version 4 already has the right variant; bits 52 and 53 turn its version 4 into 7.
create function immich_uuid_v7(at timestamptz default clock_timestamp()) returns uuid
language sql volatile parallel safe
as $$
  select encode(
    set_bit(
      set_bit(
        overlay(
          uuid_send(gen_random_uuid())
          placing substring(int8send(floor(extract(epoch from at) * 1000)::bigint) from 3)
          from 1 for 6
        ),
        52, 1
      ),
      53, 1
    ),
    'hex'
  )::uuid
$$;

-- Every update counts as one, also when no column changes its value.
create function immich_touch() returns trigger
language plpgsql
as $$
declare
  at constant timestamptz := clock_timestamp();
begin
  new."updatedAt" := at;
  new."updateId" := immich_uuid_v7(at);
  return new;
end
$$;

create table "user" (
  "id" uuid not null default gen_random_uuid(),
  "email" varchar not null,
  -- A bcrypt hash; empty means that nobody can log in with a password.
  "password" varchar not null default '',
  "name" varchar not null default '',
  "isAdmin" boolean not null default false,
  "shouldChangePassword" boolean not null default true,
  "status" varchar not null default 'active',
  "storageLabel" varchar,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now(),
  -- Set: the user is gone for every request, but keeps the e-mail address and the storage label.
  "deletedAt" timestamptz,
  "updateId" uuid not null default immich_uuid_v7(),
  constraint "user_pkey" primary key ("id"),
  constraint "user_status_check" check ("status" in ('active', 'removing', 'deleted'))
);

-- First of the unique indexes, so that the loser of two sign-ups at once is told of the other admin.
create unique index "user_one_live_admin_uq" on "user" ("isAdmin") where "isAdmin" and "deletedAt" is null;
alter table "user" add constraint "user_email_uq" unique ("email");
alter table "user" add constraint "user_storageLabel_uq" unique ("storageLabel");
-- The list of users, newest first; the id makes the order total, so that the list can be read in pages.
create index "user_createdAt_id_idx" on "user" ("createdAt" desc, "id" desc);

create trigger "user_touch" before update on "user"
for each row execute function immich_touch();
