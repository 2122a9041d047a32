drop index "user_live_createdAt_id_idx";
create index "user_createdAt_id_idx" on "user" ("createdAt" desc, "id" desc);
