drop table "login_hash_key";
drop table "login_address";
drop table "login_failure";
