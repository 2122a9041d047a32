create table "api_key" (
  "id" uuid not null default gen_random_uuid(),
  "name" varchar not null,
  -- SHA-256 of the secret, base64 with padding: 44 characters. The secret itself is never stored.
  "key" varchar not null,
  "userId" uuid not null,
  -- In the order given, duplicates kept.
  "permissions" varchar[] not null,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now(),
  "updateId" uuid not null default immich_uuid_v7(),
  constraint "api_key_pkey" primary key ("id"),
  constraint "api_key_key_uq" unique ("key"),
  constraint "api_key_userId_fkey" foreign key ("userId")
    references "user" ("id") on update cascade on delete cascade
);

create index "api_key_userId_createdAt_id_idx" on "api_key" ("userId", "createdAt" desc, "id" desc);

create trigger "api_key_touch" before update on "api_key"
for each row execute function immich_touch();
