-- Failed logins, counted by all processes. Unlogged: a crash of the database or a change to a standby empties it, which
-- admits a few more attempts, and a failed login waits for no disk.
create unlogged table "login_failure" (
  -- A keyed hash of an account, of an address, or of both; no e-mail address is stored.
  "key" bigint not null,
  "failures" integer not null,
  -- The failures count until then.
  "expiresAt" timestamptz not null,
  constraint "login_failure_pkey" primary key ("key")
) with (fillfactor = 50);

-- Addresses from which an account has logged in, both as keyed hashes.
create table "login_address" (
  "account" bigint not null,
  "address" bigint not null,
  "expiresAt" timestamptz not null,
  constraint "login_address_pkey" primary key ("account", "address")
);

-- The key of these hashes, one row.
create table "login_hash_key" (
  "key" uuid not null default gen_random_uuid(),
  constraint "login_hash_key_pkey" primary key ("key")
);
insert into "login_hash_key" default values;
