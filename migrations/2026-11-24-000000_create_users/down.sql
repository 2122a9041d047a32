drop table "user";
drop function immich_touch();
drop function immich_uuid_v7(timestamptz);
