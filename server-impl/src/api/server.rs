//! Tag "Server".

use crate::auth::caller::Caller;
use crate::config::{BuildInfo, SystemSource};
use crate::error::Error;
use crate::http::context::RequestContext;
use crate::service::server_info::{self, EMULATED_VERSION};
use crate::service::system_config;
use crate::state::AppState;
use immich_api::Granted;
use immich_api::apis::{
    GetAboutInfoResponse, GetServerConfigResponse, GetServerFeaturesResponse, GetServerVersionResponse,
    PingServerResponse, Server,
};
use immich_api::models::{
    ServerAboutResponseDto, ServerConfigDto, ServerFeaturesDto, ServerPingResponse, ServerVersionResponseDto,
};
use immich_api::permission::ServerAbout;
use immich_wire::Reply;
use std::sync::Arc;

impl Server for AppState {
    async fn get_about_info(
        &self,
        _: Granted<Arc<Caller>, ServerAbout>,
        _: &RequestContext,
    ) -> Result<Reply<GetAboutInfoResponse>, Error> {
        let BuildInfo {
            build,
            build_url,
            build_image,
            build_image_url,
            repository,
            repository_url,
            source_ref,
            source_commit,
            source_url,
            third_party_source_url,
            third_party_bug_feature_url,
            third_party_documentation_url,
            third_party_support_url,
        } = self.info.build.clone();
        let body = ServerAboutResponseDto {
            version: server_info::version_tag(),
            version_url: server_info::version_url(),
            repository,
            repository_url,
            source_ref,
            source_commit,
            source_url,
            build,
            build_url,
            build_image,
            build_image_url,
            third_party_source_url,
            third_party_bug_feature_url,
            third_party_documentation_url,
            third_party_support_url,
            licensed: server_info::is_licensed(self).await?,
            // This server does not run on Node.js and uses none of these programs.
            nodejs: None,
            exiftool: None,
            ffmpeg: None,
            imagemagick: None,
            libvips: None,
        };
        Ok(GetAboutInfoResponse::Ok(body).into())
    }

    async fn ping_server(&self, _: &RequestContext) -> Result<Reply<PingServerResponse>, Error> {
        Ok(PingServerResponse::Ok(ServerPingResponse { res: "pong".to_owned() }).into())
    }

    async fn get_server_version(&self, _: &RequestContext) -> Result<Reply<GetServerVersionResponse>, Error> {
        let (major, minor, patch) = EMULATED_VERSION;
        Ok(GetServerVersionResponse::Ok(ServerVersionResponseDto { major, minor, patch }).into())
    }

    async fn get_server_features(&self, _: &RequestContext) -> Result<Reply<GetServerFeaturesResponse>, Error> {
        let config = system_config::current(self).await?;
        // Only upstream, beside this server, has the operations of OAuth.
        let has_oauth = self.info.upstream_database;
        let body = ServerFeaturesDto {
            password_login: config.password_login_enabled,
            config_file: matches!(self.info.system, SystemSource::File(_)),
            duplicate_detection: config.duplicate_detection(),
            email: config.smtp_enabled,
            facial_recognition: config.facial_recognition(),
            import_faces: config.import_faces,
            map: config.map.enabled,
            oauth: has_oauth && config.oauth.enabled,
            oauth_auto_launch: has_oauth && config.oauth.auto_launch,
            ocr: config.ocr(),
            reverse_geocoding: config.reverse_geocoding_enabled,
            // Always available, not configurable.
            search: true,
            sidecar: true,
            smart_search: config.smart_search(),
            trash: config.trash.enabled,
        };
        Ok(GetServerFeaturesResponse::Ok(body).into())
    }

    async fn get_server_config(&self, _: &RequestContext) -> Result<Reply<GetServerConfigResponse>, Error> {
        // In one round trip.
        let (config, is_initialized, is_onboarded) = tokio::try_join!(
            system_config::current(self),
            server_info::is_initialized(self),
            server_info::is_onboarded(self),
        )?;
        let body = ServerConfigDto {
            login_page_message: config.server.login_page_message,
            user_delete_delay: i64::from(config.user_delete_delay_days),
            is_initialized,
            is_onboarded,
            external_domain: config.server.external_domain,
            // This server has no maintenance mode.
            maintenance_mode: false,
            map_dark_style_url: config.map.dark_style,
            map_light_style_url: config.map.light_style,
            oauth_button_text: config.oauth.button_text,
            public_users: config.server.public_users,
            trash_days: i64::from(config.trash.days),
        };
        Ok(GetServerConfigResponse::Ok(body).into())
    }
}
