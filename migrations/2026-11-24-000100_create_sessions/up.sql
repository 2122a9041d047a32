create table "session" (
  "id" uuid not null default gen_random_uuid(),
  -- SHA-256 of the token, base64 with padding: 44 characters. The token itself is never stored.
  "token" varchar not null,
  "userId" uuid not null,
  "parentId" uuid,
  "expiresAt" timestamptz,
  "deviceType" varchar not null default '',
  "deviceOS" varchar not null default '',
  "appVersion" varchar,
  "isPendingSyncReset" boolean not null default false,
  "createdAt" timestamptz not null default now(),
  "updatedAt" timestamptz not null default now(),
  "updateId" uuid not null default immich_uuid_v7(),
  constraint "session_pkey" primary key ("id"),
  constraint "session_token_uq" unique ("token"),
  constraint "session_userId_fkey" foreign key ("userId")
    references "user" ("id") on update cascade on delete cascade,
  constraint "session_parentId_fkey" foreign key ("parentId")
    references "session" ("id") on update cascade on delete cascade
);

create index "session_userId_idx" on "session" ("userId");
-- Without it every removal of a session would read the whole table for its children.
create index "session_parentId_idx" on "session" ("parentId");

create trigger "session_touch" before update on "session"
for each row execute function immich_touch();
