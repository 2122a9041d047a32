//! Operations with the tag `Authentication`.

mod change_password;
mod login;
mod logout;
mod sign_up_admin;
mod validate_access_token;
