drop table "api_key";
