//! Operations with the tag `Users`.

mod get_my_user;
mod get_user;
mod search_users;
mod update_my_user;
