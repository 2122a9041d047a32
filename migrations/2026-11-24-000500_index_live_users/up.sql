-- The list of users holds live ones only: who was deleted is not read through to find them. Dropped first, so that the
-- table is locked once and for good: whoever locks it a little and then more may wait for one who does the same.
drop index "user_createdAt_id_idx";
create index "user_live_createdAt_id_idx" on "user" ("createdAt" desc, "id" desc) where "deletedAt" is null;
