drop table "system_metadata";
