drop table "session";
