//! Tag "Authentication".

use super::convert;
use crate::auth::caller::Caller;
use crate::db::session::DeviceDetails;
use crate::error::Error;
use crate::http::context::RequestContext;
use crate::http::cookies;
use crate::service::accounts::{self, Passwords};
use crate::service::login::{self, LoggedIn};
use crate::state::AppState;
use http::HeaderValue;
use http::header::SET_COOKIE;
use immich_api::apis::{
    Authentication, ChangePasswordResponse, LoginResponse, LogoutResponse, SignUpAdminResponse,
    ValidateAccessTokenResponse,
};
use immich_api::models::{
    ChangePasswordDto, LoginCredentialDto, LoginResponseDto, LogoutResponseDto, SignUpDto,
    ValidateAccessTokenResponseDto,
};
use immich_api::permission::{All, AnyCredential, AuthChangePassword};
use immich_api::{Granted, PasswordCheck};
use immich_wire::{Reply, Secret};
use std::sync::Arc;
use std::time::SystemTime;

/// Where the web client goes after logging out.
const AFTER_LOGOUT: &str = "/auth/login?autoLaunch=0";

impl Authentication for AppState {
    async fn login(
        &self,
        check: PasswordCheck,
        body: LoginCredentialDto,
        context: &RequestContext,
    ) -> Result<Reply<LoginResponse>, Error> {
        let LoginCredentialDto { email, password } = body;
        let device = DeviceDetails::from_headers(&context.head.headers);
        context.audit.email(&email);
        let LoggedIn { user, is_onboarded, token } =
            login::log_in(self, &email, password, check, context.client.counted_address(), device, &context.audit)
                .await?;
        if self.info.security.is_strict()
            && let Some(replaced) = cookies::cookie(&context.head.headers, cookies::ACCESS_TOKEN)
        {
            login::end_replaced(self, user.id, &Secret::from(replaced.into_owned())).await?;
        }
        let set_cookies = cookies::login_cookies(token.as_secret_string(), context.client.secure, SystemTime::now())
            .map_err(Error::internal)?;
        let body = LoginResponseDto {
            access_token: token,
            user_id: user.id,
            user_email: user.email,
            name: user.name,
            is_admin: user.is_admin,
            should_change_password: user.should_change_password,
            profile_image_path: user.profile_image_path,
            is_onboarded,
        };
        Ok(with_cookies(LoginResponse::Created(body), set_cookies))
    }

    async fn sign_up_admin(
        &self,
        body: SignUpDto,
        context: &RequestContext,
    ) -> Result<Reply<SignUpAdminResponse>, Error> {
        let SignUpDto { email, password, name } = body;
        context.audit.email(&email);
        let user = accounts::sign_up_admin(self, email, password, name, context.client.counted_address()).await?;
        context.audit.user(user.id);
        Ok(SignUpAdminResponse::Created(convert::user_admin(user)).into())
    }

    async fn validate_access_token(
        &self,
        _: Granted<Arc<Caller>, AnyCredential>,
        _: &RequestContext,
    ) -> Result<Reply<ValidateAccessTokenResponse>, Error> {
        Ok(ValidateAccessTokenResponse::Ok(ValidateAccessTokenResponseDto { auth_status: true }).into())
    }

    async fn change_password(
        &self,
        caller: Granted<Arc<Caller>, AuthChangePassword>,
        check: PasswordCheck,
        body: ChangePasswordDto,
        context: &RequestContext,
    ) -> Result<Reply<ChangePasswordResponse>, Error> {
        let ChangePasswordDto { password, new_password, invalidate_sessions } = body;
        if invalidate_sessions {
            context.audit.changed("sessions");
        }
        let passwords = Passwords { current: password, new: new_password };
        let client = context.client.counted_address();
        let user = accounts::change_password(self, &caller, passwords, check, client, invalidate_sessions).await?;
        Ok(ChangePasswordResponse::Ok(convert::user_admin(user)).into())
    }

    async fn logout(
        &self,
        caller: Granted<Arc<Caller>, All>,
        _: &RequestContext,
    ) -> Result<Reply<LogoutResponse>, Error> {
        login::log_out(self, &caller).await?;
        let body = LogoutResponseDto { successful: true, redirect_uri: AFTER_LOGOUT.to_owned() };
        Ok(with_cookies(LogoutResponse::Ok(body), cookies::cleared_cookies()))
    }
}

fn with_cookies<R>(response: R, cookies: [HeaderValue; 3]) -> Reply<R> {
    cookies.into_iter().fold(Reply::from(response), |reply, cookie| reply.with_header(SET_COOKIE, cookie))
}
