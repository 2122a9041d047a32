-- Whatever takes something from a credential says so, in the transaction that does it: listeners learn of it when that
-- transaction commits, and not before. The message is the id of the user whose credentials are to be read anew, or
-- '*' for all users. It holds no secret, and one transaction says the same thing only once.
create function immich_credentials_changed() returns trigger
language plpgsql
as $$
declare
  -- With more than so many users, all of them are meant.
  most constant integer := 100;
  owners uuid[];
begin
  if tg_op = 'TRUNCATE' then
    perform pg_notify('immich_credentials', '*');
    return null;
  end if;
  if tg_table_name = 'user' then
    owners := array(select "id" from before limit most + 1);
  else
    owners := array(select distinct "userId" from before limit most + 1);
  end if;
  if cardinality(owners) > most then
    perform pg_notify('immich_credentials', '*');
  else
    perform pg_notify('immich_credentials', owner::text) from unnest(owners) owner;
  end if;
  return null;
end
$$;

create trigger "user_credentials_updated" after update on "user"
referencing old table as before for each statement execute function immich_credentials_changed();
create trigger "user_credentials_deleted" after delete on "user"
referencing old table as before for each statement execute function immich_credentials_changed();
create trigger "user_credentials_truncated" after truncate on "user"
for each statement execute function immich_credentials_changed();

create trigger "session_credentials_updated" after update on "session"
referencing old table as before for each statement execute function immich_credentials_changed();
create trigger "session_credentials_deleted" after delete on "session"
referencing old table as before for each statement execute function immich_credentials_changed();
create trigger "session_credentials_truncated" after truncate on "session"
for each statement execute function immich_credentials_changed();

create trigger "api_key_credentials_updated" after update on "api_key"
referencing old table as before for each statement execute function immich_credentials_changed();
create trigger "api_key_credentials_deleted" after delete on "api_key"
referencing old table as before for each statement execute function immich_credentials_changed();
create trigger "api_key_credentials_truncated" after truncate on "api_key"
for each statement execute function immich_credentials_changed();

-- Also for replication and for sessions that switch the other triggers off.
alter table "user" enable always trigger "user_credentials_updated";
alter table "user" enable always trigger "user_credentials_deleted";
alter table "user" enable always trigger "user_credentials_truncated";
alter table "session" enable always trigger "session_credentials_updated";
alter table "session" enable always trigger "session_credentials_deleted";
alter table "session" enable always trigger "session_credentials_truncated";
alter table "api_key" enable always trigger "api_key_credentials_updated";
alter table "api_key" enable always trigger "api_key_credentials_deleted";
alter table "api_key" enable always trigger "api_key_credentials_truncated";
