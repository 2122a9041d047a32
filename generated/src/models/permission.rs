//! The schema `Permission`.

use immich_wire::rules::Choice;
use serde::{Deserialize, Serialize};

/// List of permissions
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Permission {
    /// `all`
    #[serde(rename = "all")]
    All,
    /// `activity.create`
    #[serde(rename = "activity.create")]
    ActivityCreate,
    /// `activity.read`
    #[serde(rename = "activity.read")]
    ActivityRead,
    /// `activity.update`
    #[serde(rename = "activity.update")]
    ActivityUpdate,
    /// `activity.delete`
    #[serde(rename = "activity.delete")]
    ActivityDelete,
    /// `activity.statistics`
    #[serde(rename = "activity.statistics")]
    ActivityStatistics,
    /// `apiKey.create`
    #[serde(rename = "apiKey.create")]
    ApiKeyCreate,
    /// `apiKey.read`
    #[serde(rename = "apiKey.read")]
    ApiKeyRead,
    /// `apiKey.update`
    #[serde(rename = "apiKey.update")]
    ApiKeyUpdate,
    /// `apiKey.delete`
    #[serde(rename = "apiKey.delete")]
    ApiKeyDelete,
    /// `asset.read`
    #[serde(rename = "asset.read")]
    AssetRead,
    /// `asset.update`
    #[serde(rename = "asset.update")]
    AssetUpdate,
    /// `asset.delete`
    #[serde(rename = "asset.delete")]
    AssetDelete,
    /// `asset.statistics`
    #[serde(rename = "asset.statistics")]
    AssetStatistics,
    /// `asset.share`
    #[serde(rename = "asset.share")]
    AssetShare,
    /// `asset.view`
    #[serde(rename = "asset.view")]
    AssetView,
    /// `asset.download`
    #[serde(rename = "asset.download")]
    AssetDownload,
    /// `asset.upload`
    #[serde(rename = "asset.upload")]
    AssetUpload,
    /// `asset.replace`
    #[serde(rename = "asset.replace")]
    AssetReplace,
    /// `asset.copy`
    #[serde(rename = "asset.copy")]
    AssetCopy,
    /// `asset.derive`
    #[serde(rename = "asset.derive")]
    AssetDerive,
    /// `asset.edit.get`
    #[serde(rename = "asset.edit.get")]
    AssetEditGet,
    /// `asset.edit.create`
    #[serde(rename = "asset.edit.create")]
    AssetEditCreate,
    /// `asset.edit.delete`
    #[serde(rename = "asset.edit.delete")]
    AssetEditDelete,
    /// `album.create`
    #[serde(rename = "album.create")]
    AlbumCreate,
    /// `album.read`
    #[serde(rename = "album.read")]
    AlbumRead,
    /// `album.update`
    #[serde(rename = "album.update")]
    AlbumUpdate,
    /// `album.delete`
    #[serde(rename = "album.delete")]
    AlbumDelete,
    /// `album.statistics`
    #[serde(rename = "album.statistics")]
    AlbumStatistics,
    /// `album.share`
    #[serde(rename = "album.share")]
    AlbumShare,
    /// `album.download`
    #[serde(rename = "album.download")]
    AlbumDownload,
    /// `albumAsset.create`
    #[serde(rename = "albumAsset.create")]
    AlbumAssetCreate,
    /// `albumAsset.delete`
    #[serde(rename = "albumAsset.delete")]
    AlbumAssetDelete,
    /// `albumUser.create`
    #[serde(rename = "albumUser.create")]
    AlbumUserCreate,
    /// `albumUser.update`
    #[serde(rename = "albumUser.update")]
    AlbumUserUpdate,
    /// `albumUser.delete`
    #[serde(rename = "albumUser.delete")]
    AlbumUserDelete,
    /// `auth.changePassword`
    #[serde(rename = "auth.changePassword")]
    AuthChangePassword,
    /// `authDevice.delete`
    #[serde(rename = "authDevice.delete")]
    AuthDeviceDelete,
    /// `archive.read`
    #[serde(rename = "archive.read")]
    ArchiveRead,
    /// `backup.list`
    #[serde(rename = "backup.list")]
    BackupList,
    /// `backup.download`
    #[serde(rename = "backup.download")]
    BackupDownload,
    /// `backup.upload`
    #[serde(rename = "backup.upload")]
    BackupUpload,
    /// `backup.delete`
    #[serde(rename = "backup.delete")]
    BackupDelete,
    /// `duplicate.read`
    #[serde(rename = "duplicate.read")]
    DuplicateRead,
    /// `duplicate.delete`
    #[serde(rename = "duplicate.delete")]
    DuplicateDelete,
    /// `face.create`
    #[serde(rename = "face.create")]
    FaceCreate,
    /// `face.read`
    #[serde(rename = "face.read")]
    FaceRead,
    /// `face.update`
    #[serde(rename = "face.update")]
    FaceUpdate,
    /// `face.delete`
    #[serde(rename = "face.delete")]
    FaceDelete,
    /// `folder.read`
    #[serde(rename = "folder.read")]
    FolderRead,
    /// `job.create`
    #[serde(rename = "job.create")]
    JobCreate,
    /// `job.read`
    #[serde(rename = "job.read")]
    JobRead,
    /// `library.create`
    #[serde(rename = "library.create")]
    LibraryCreate,
    /// `library.read`
    #[serde(rename = "library.read")]
    LibraryRead,
    /// `library.update`
    #[serde(rename = "library.update")]
    LibraryUpdate,
    /// `library.delete`
    #[serde(rename = "library.delete")]
    LibraryDelete,
    /// `library.statistics`
    #[serde(rename = "library.statistics")]
    LibraryStatistics,
    /// `timeline.read`
    #[serde(rename = "timeline.read")]
    TimelineRead,
    /// `timeline.download`
    #[serde(rename = "timeline.download")]
    TimelineDownload,
    /// `maintenance`
    #[serde(rename = "maintenance")]
    Maintenance,
    /// `map.read`
    #[serde(rename = "map.read")]
    MapRead,
    /// `map.search`
    #[serde(rename = "map.search")]
    MapSearch,
    /// `memory.create`
    #[serde(rename = "memory.create")]
    MemoryCreate,
    /// `memory.read`
    #[serde(rename = "memory.read")]
    MemoryRead,
    /// `memory.update`
    #[serde(rename = "memory.update")]
    MemoryUpdate,
    /// `memory.delete`
    #[serde(rename = "memory.delete")]
    MemoryDelete,
    /// `memory.statistics`
    #[serde(rename = "memory.statistics")]
    MemoryStatistics,
    /// `memoryAsset.create`
    #[serde(rename = "memoryAsset.create")]
    MemoryAssetCreate,
    /// `memoryAsset.delete`
    #[serde(rename = "memoryAsset.delete")]
    MemoryAssetDelete,
    /// `notification.create`
    #[serde(rename = "notification.create")]
    NotificationCreate,
    /// `notification.read`
    #[serde(rename = "notification.read")]
    NotificationRead,
    /// `notification.update`
    #[serde(rename = "notification.update")]
    NotificationUpdate,
    /// `notification.delete`
    #[serde(rename = "notification.delete")]
    NotificationDelete,
    /// `partner.create`
    #[serde(rename = "partner.create")]
    PartnerCreate,
    /// `partner.read`
    #[serde(rename = "partner.read")]
    PartnerRead,
    /// `partner.update`
    #[serde(rename = "partner.update")]
    PartnerUpdate,
    /// `partner.delete`
    #[serde(rename = "partner.delete")]
    PartnerDelete,
    /// `person.create`
    #[serde(rename = "person.create")]
    PersonCreate,
    /// `person.read`
    #[serde(rename = "person.read")]
    PersonRead,
    /// `person.update`
    #[serde(rename = "person.update")]
    PersonUpdate,
    /// `person.delete`
    #[serde(rename = "person.delete")]
    PersonDelete,
    /// `person.statistics`
    #[serde(rename = "person.statistics")]
    PersonStatistics,
    /// `person.merge`
    #[serde(rename = "person.merge")]
    PersonMerge,
    /// `person.reassign`
    #[serde(rename = "person.reassign")]
    PersonReassign,
    /// `pinCode.create`
    #[serde(rename = "pinCode.create")]
    PinCodeCreate,
    /// `pinCode.update`
    #[serde(rename = "pinCode.update")]
    PinCodeUpdate,
    /// `pinCode.delete`
    #[serde(rename = "pinCode.delete")]
    PinCodeDelete,
    /// `plugin.create`
    #[serde(rename = "plugin.create")]
    PluginCreate,
    /// `plugin.read`
    #[serde(rename = "plugin.read")]
    PluginRead,
    /// `plugin.update`
    #[serde(rename = "plugin.update")]
    PluginUpdate,
    /// `plugin.delete`
    #[serde(rename = "plugin.delete")]
    PluginDelete,
    /// `server.about`
    #[serde(rename = "server.about")]
    ServerAbout,
    /// `server.apkLinks`
    #[serde(rename = "server.apkLinks")]
    ServerApkLinks,
    /// `server.storage`
    #[serde(rename = "server.storage")]
    ServerStorage,
    /// `server.statistics`
    #[serde(rename = "server.statistics")]
    ServerStatistics,
    /// `server.versionCheck`
    #[serde(rename = "server.versionCheck")]
    ServerVersionCheck,
    /// `serverLicense.read`
    #[serde(rename = "serverLicense.read")]
    ServerLicenseRead,
    /// `serverLicense.update`
    #[serde(rename = "serverLicense.update")]
    ServerLicenseUpdate,
    /// `serverLicense.delete`
    #[serde(rename = "serverLicense.delete")]
    ServerLicenseDelete,
    /// `session.create`
    #[serde(rename = "session.create")]
    SessionCreate,
    /// `session.read`
    #[serde(rename = "session.read")]
    SessionRead,
    /// `session.update`
    #[serde(rename = "session.update")]
    SessionUpdate,
    /// `session.delete`
    #[serde(rename = "session.delete")]
    SessionDelete,
    /// `session.lock`
    #[serde(rename = "session.lock")]
    SessionLock,
    /// `sharedLink.create`
    #[serde(rename = "sharedLink.create")]
    SharedLinkCreate,
    /// `sharedLink.read`
    #[serde(rename = "sharedLink.read")]
    SharedLinkRead,
    /// `sharedLink.update`
    #[serde(rename = "sharedLink.update")]
    SharedLinkUpdate,
    /// `sharedLink.delete`
    #[serde(rename = "sharedLink.delete")]
    SharedLinkDelete,
    /// `stack.create`
    #[serde(rename = "stack.create")]
    StackCreate,
    /// `stack.read`
    #[serde(rename = "stack.read")]
    StackRead,
    /// `stack.update`
    #[serde(rename = "stack.update")]
    StackUpdate,
    /// `stack.delete`
    #[serde(rename = "stack.delete")]
    StackDelete,
    /// `sync.stream`
    #[serde(rename = "sync.stream")]
    SyncStream,
    /// `syncCheckpoint.read`
    #[serde(rename = "syncCheckpoint.read")]
    SyncCheckpointRead,
    /// `syncCheckpoint.update`
    #[serde(rename = "syncCheckpoint.update")]
    SyncCheckpointUpdate,
    /// `syncCheckpoint.delete`
    #[serde(rename = "syncCheckpoint.delete")]
    SyncCheckpointDelete,
    /// `systemConfig.read`
    #[serde(rename = "systemConfig.read")]
    SystemConfigRead,
    /// `systemConfig.update`
    #[serde(rename = "systemConfig.update")]
    SystemConfigUpdate,
    /// `systemMetadata.read`
    #[serde(rename = "systemMetadata.read")]
    SystemMetadataRead,
    /// `systemMetadata.update`
    #[serde(rename = "systemMetadata.update")]
    SystemMetadataUpdate,
    /// `tag.create`
    #[serde(rename = "tag.create")]
    TagCreate,
    /// `tag.read`
    #[serde(rename = "tag.read")]
    TagRead,
    /// `tag.update`
    #[serde(rename = "tag.update")]
    TagUpdate,
    /// `tag.delete`
    #[serde(rename = "tag.delete")]
    TagDelete,
    /// `tag.asset`
    #[serde(rename = "tag.asset")]
    TagAsset,
    /// `user.read`
    #[serde(rename = "user.read")]
    UserRead,
    /// `user.update`
    #[serde(rename = "user.update")]
    UserUpdate,
    /// `userLicense.create`
    #[serde(rename = "userLicense.create")]
    UserLicenseCreate,
    /// `userLicense.read`
    #[serde(rename = "userLicense.read")]
    UserLicenseRead,
    /// `userLicense.update`
    #[serde(rename = "userLicense.update")]
    UserLicenseUpdate,
    /// `userLicense.delete`
    #[serde(rename = "userLicense.delete")]
    UserLicenseDelete,
    /// `userOnboarding.read`
    #[serde(rename = "userOnboarding.read")]
    UserOnboardingRead,
    /// `userOnboarding.update`
    #[serde(rename = "userOnboarding.update")]
    UserOnboardingUpdate,
    /// `userOnboarding.delete`
    #[serde(rename = "userOnboarding.delete")]
    UserOnboardingDelete,
    /// `userPreference.read`
    #[serde(rename = "userPreference.read")]
    UserPreferenceRead,
    /// `userPreference.update`
    #[serde(rename = "userPreference.update")]
    UserPreferenceUpdate,
    /// `userProfileImage.create`
    #[serde(rename = "userProfileImage.create")]
    UserProfileImageCreate,
    /// `userProfileImage.read`
    #[serde(rename = "userProfileImage.read")]
    UserProfileImageRead,
    /// `userProfileImage.update`
    #[serde(rename = "userProfileImage.update")]
    UserProfileImageUpdate,
    /// `userProfileImage.delete`
    #[serde(rename = "userProfileImage.delete")]
    UserProfileImageDelete,
    /// `queue.read`
    #[serde(rename = "queue.read")]
    QueueRead,
    /// `queue.update`
    #[serde(rename = "queue.update")]
    QueueUpdate,
    /// `queueJob.create`
    #[serde(rename = "queueJob.create")]
    QueueJobCreate,
    /// `queueJob.read`
    #[serde(rename = "queueJob.read")]
    QueueJobRead,
    /// `queueJob.update`
    #[serde(rename = "queueJob.update")]
    QueueJobUpdate,
    /// `queueJob.delete`
    #[serde(rename = "queueJob.delete")]
    QueueJobDelete,
    /// `workflow.create`
    #[serde(rename = "workflow.create")]
    WorkflowCreate,
    /// `workflow.read`
    #[serde(rename = "workflow.read")]
    WorkflowRead,
    /// `workflow.update`
    #[serde(rename = "workflow.update")]
    WorkflowUpdate,
    /// `workflow.delete`
    #[serde(rename = "workflow.delete")]
    WorkflowDelete,
    /// `adminUser.create`
    #[serde(rename = "adminUser.create")]
    AdminUserCreate,
    /// `adminUser.read`
    #[serde(rename = "adminUser.read")]
    AdminUserRead,
    /// `adminUser.update`
    #[serde(rename = "adminUser.update")]
    AdminUserUpdate,
    /// `adminUser.delete`
    #[serde(rename = "adminUser.delete")]
    AdminUserDelete,
    /// `adminSession.read`
    #[serde(rename = "adminSession.read")]
    AdminSessionRead,
    /// `adminAuth.unlinkAll`
    #[serde(rename = "adminAuth.unlinkAll")]
    AdminAuthUnlinkAll,
}

impl Choice for Permission {
    const ALL: &'static [Self] = &[
        Self::All,
        Self::ActivityCreate,
        Self::ActivityRead,
        Self::ActivityUpdate,
        Self::ActivityDelete,
        Self::ActivityStatistics,
        Self::ApiKeyCreate,
        Self::ApiKeyRead,
        Self::ApiKeyUpdate,
        Self::ApiKeyDelete,
        Self::AssetRead,
        Self::AssetUpdate,
        Self::AssetDelete,
        Self::AssetStatistics,
        Self::AssetShare,
        Self::AssetView,
        Self::AssetDownload,
        Self::AssetUpload,
        Self::AssetReplace,
        Self::AssetCopy,
        Self::AssetDerive,
        Self::AssetEditGet,
        Self::AssetEditCreate,
        Self::AssetEditDelete,
        Self::AlbumCreate,
        Self::AlbumRead,
        Self::AlbumUpdate,
        Self::AlbumDelete,
        Self::AlbumStatistics,
        Self::AlbumShare,
        Self::AlbumDownload,
        Self::AlbumAssetCreate,
        Self::AlbumAssetDelete,
        Self::AlbumUserCreate,
        Self::AlbumUserUpdate,
        Self::AlbumUserDelete,
        Self::AuthChangePassword,
        Self::AuthDeviceDelete,
        Self::ArchiveRead,
        Self::BackupList,
        Self::BackupDownload,
        Self::BackupUpload,
        Self::BackupDelete,
        Self::DuplicateRead,
        Self::DuplicateDelete,
        Self::FaceCreate,
        Self::FaceRead,
        Self::FaceUpdate,
        Self::FaceDelete,
        Self::FolderRead,
        Self::JobCreate,
        Self::JobRead,
        Self::LibraryCreate,
        Self::LibraryRead,
        Self::LibraryUpdate,
        Self::LibraryDelete,
        Self::LibraryStatistics,
        Self::TimelineRead,
        Self::TimelineDownload,
        Self::Maintenance,
        Self::MapRead,
        Self::MapSearch,
        Self::MemoryCreate,
        Self::MemoryRead,
        Self::MemoryUpdate,
        Self::MemoryDelete,
        Self::MemoryStatistics,
        Self::MemoryAssetCreate,
        Self::MemoryAssetDelete,
        Self::NotificationCreate,
        Self::NotificationRead,
        Self::NotificationUpdate,
        Self::NotificationDelete,
        Self::PartnerCreate,
        Self::PartnerRead,
        Self::PartnerUpdate,
        Self::PartnerDelete,
        Self::PersonCreate,
        Self::PersonRead,
        Self::PersonUpdate,
        Self::PersonDelete,
        Self::PersonStatistics,
        Self::PersonMerge,
        Self::PersonReassign,
        Self::PinCodeCreate,
        Self::PinCodeUpdate,
        Self::PinCodeDelete,
        Self::PluginCreate,
        Self::PluginRead,
        Self::PluginUpdate,
        Self::PluginDelete,
        Self::ServerAbout,
        Self::ServerApkLinks,
        Self::ServerStorage,
        Self::ServerStatistics,
        Self::ServerVersionCheck,
        Self::ServerLicenseRead,
        Self::ServerLicenseUpdate,
        Self::ServerLicenseDelete,
        Self::SessionCreate,
        Self::SessionRead,
        Self::SessionUpdate,
        Self::SessionDelete,
        Self::SessionLock,
        Self::SharedLinkCreate,
        Self::SharedLinkRead,
        Self::SharedLinkUpdate,
        Self::SharedLinkDelete,
        Self::StackCreate,
        Self::StackRead,
        Self::StackUpdate,
        Self::StackDelete,
        Self::SyncStream,
        Self::SyncCheckpointRead,
        Self::SyncCheckpointUpdate,
        Self::SyncCheckpointDelete,
        Self::SystemConfigRead,
        Self::SystemConfigUpdate,
        Self::SystemMetadataRead,
        Self::SystemMetadataUpdate,
        Self::TagCreate,
        Self::TagRead,
        Self::TagUpdate,
        Self::TagDelete,
        Self::TagAsset,
        Self::UserRead,
        Self::UserUpdate,
        Self::UserLicenseCreate,
        Self::UserLicenseRead,
        Self::UserLicenseUpdate,
        Self::UserLicenseDelete,
        Self::UserOnboardingRead,
        Self::UserOnboardingUpdate,
        Self::UserOnboardingDelete,
        Self::UserPreferenceRead,
        Self::UserPreferenceUpdate,
        Self::UserProfileImageCreate,
        Self::UserProfileImageRead,
        Self::UserProfileImageUpdate,
        Self::UserProfileImageDelete,
        Self::QueueRead,
        Self::QueueUpdate,
        Self::QueueJobCreate,
        Self::QueueJobRead,
        Self::QueueJobUpdate,
        Self::QueueJobDelete,
        Self::WorkflowCreate,
        Self::WorkflowRead,
        Self::WorkflowUpdate,
        Self::WorkflowDelete,
        Self::AdminUserCreate,
        Self::AdminUserRead,
        Self::AdminUserUpdate,
        Self::AdminUserDelete,
        Self::AdminSessionRead,
        Self::AdminAuthUnlinkAll,
    ];
    const TEXTS: &'static [&'static str] = &[
        "all",
        "activity.create",
        "activity.read",
        "activity.update",
        "activity.delete",
        "activity.statistics",
        "apiKey.create",
        "apiKey.read",
        "apiKey.update",
        "apiKey.delete",
        "asset.read",
        "asset.update",
        "asset.delete",
        "asset.statistics",
        "asset.share",
        "asset.view",
        "asset.download",
        "asset.upload",
        "asset.replace",
        "asset.copy",
        "asset.derive",
        "asset.edit.get",
        "asset.edit.create",
        "asset.edit.delete",
        "album.create",
        "album.read",
        "album.update",
        "album.delete",
        "album.statistics",
        "album.share",
        "album.download",
        "albumAsset.create",
        "albumAsset.delete",
        "albumUser.create",
        "albumUser.update",
        "albumUser.delete",
        "auth.changePassword",
        "authDevice.delete",
        "archive.read",
        "backup.list",
        "backup.download",
        "backup.upload",
        "backup.delete",
        "duplicate.read",
        "duplicate.delete",
        "face.create",
        "face.read",
        "face.update",
        "face.delete",
        "folder.read",
        "job.create",
        "job.read",
        "library.create",
        "library.read",
        "library.update",
        "library.delete",
        "library.statistics",
        "timeline.read",
        "timeline.download",
        "maintenance",
        "map.read",
        "map.search",
        "memory.create",
        "memory.read",
        "memory.update",
        "memory.delete",
        "memory.statistics",
        "memoryAsset.create",
        "memoryAsset.delete",
        "notification.create",
        "notification.read",
        "notification.update",
        "notification.delete",
        "partner.create",
        "partner.read",
        "partner.update",
        "partner.delete",
        "person.create",
        "person.read",
        "person.update",
        "person.delete",
        "person.statistics",
        "person.merge",
        "person.reassign",
        "pinCode.create",
        "pinCode.update",
        "pinCode.delete",
        "plugin.create",
        "plugin.read",
        "plugin.update",
        "plugin.delete",
        "server.about",
        "server.apkLinks",
        "server.storage",
        "server.statistics",
        "server.versionCheck",
        "serverLicense.read",
        "serverLicense.update",
        "serverLicense.delete",
        "session.create",
        "session.read",
        "session.update",
        "session.delete",
        "session.lock",
        "sharedLink.create",
        "sharedLink.read",
        "sharedLink.update",
        "sharedLink.delete",
        "stack.create",
        "stack.read",
        "stack.update",
        "stack.delete",
        "sync.stream",
        "syncCheckpoint.read",
        "syncCheckpoint.update",
        "syncCheckpoint.delete",
        "systemConfig.read",
        "systemConfig.update",
        "systemMetadata.read",
        "systemMetadata.update",
        "tag.create",
        "tag.read",
        "tag.update",
        "tag.delete",
        "tag.asset",
        "user.read",
        "user.update",
        "userLicense.create",
        "userLicense.read",
        "userLicense.update",
        "userLicense.delete",
        "userOnboarding.read",
        "userOnboarding.update",
        "userOnboarding.delete",
        "userPreference.read",
        "userPreference.update",
        "userProfileImage.create",
        "userProfileImage.read",
        "userProfileImage.update",
        "userProfileImage.delete",
        "queue.read",
        "queue.update",
        "queueJob.create",
        "queueJob.read",
        "queueJob.update",
        "queueJob.delete",
        "workflow.create",
        "workflow.read",
        "workflow.update",
        "workflow.delete",
        "adminUser.create",
        "adminUser.read",
        "adminUser.update",
        "adminUser.delete",
        "adminSession.read",
        "adminAuth.unlinkAll",
    ];

    fn as_str(&self) -> &'static str {
        match self {
            Self::All => "all",
            Self::ActivityCreate => "activity.create",
            Self::ActivityRead => "activity.read",
            Self::ActivityUpdate => "activity.update",
            Self::ActivityDelete => "activity.delete",
            Self::ActivityStatistics => "activity.statistics",
            Self::ApiKeyCreate => "apiKey.create",
            Self::ApiKeyRead => "apiKey.read",
            Self::ApiKeyUpdate => "apiKey.update",
            Self::ApiKeyDelete => "apiKey.delete",
            Self::AssetRead => "asset.read",
            Self::AssetUpdate => "asset.update",
            Self::AssetDelete => "asset.delete",
            Self::AssetStatistics => "asset.statistics",
            Self::AssetShare => "asset.share",
            Self::AssetView => "asset.view",
            Self::AssetDownload => "asset.download",
            Self::AssetUpload => "asset.upload",
            Self::AssetReplace => "asset.replace",
            Self::AssetCopy => "asset.copy",
            Self::AssetDerive => "asset.derive",
            Self::AssetEditGet => "asset.edit.get",
            Self::AssetEditCreate => "asset.edit.create",
            Self::AssetEditDelete => "asset.edit.delete",
            Self::AlbumCreate => "album.create",
            Self::AlbumRead => "album.read",
            Self::AlbumUpdate => "album.update",
            Self::AlbumDelete => "album.delete",
            Self::AlbumStatistics => "album.statistics",
            Self::AlbumShare => "album.share",
            Self::AlbumDownload => "album.download",
            Self::AlbumAssetCreate => "albumAsset.create",
            Self::AlbumAssetDelete => "albumAsset.delete",
            Self::AlbumUserCreate => "albumUser.create",
            Self::AlbumUserUpdate => "albumUser.update",
            Self::AlbumUserDelete => "albumUser.delete",
            Self::AuthChangePassword => "auth.changePassword",
            Self::AuthDeviceDelete => "authDevice.delete",
            Self::ArchiveRead => "archive.read",
            Self::BackupList => "backup.list",
            Self::BackupDownload => "backup.download",
            Self::BackupUpload => "backup.upload",
            Self::BackupDelete => "backup.delete",
            Self::DuplicateRead => "duplicate.read",
            Self::DuplicateDelete => "duplicate.delete",
            Self::FaceCreate => "face.create",
            Self::FaceRead => "face.read",
            Self::FaceUpdate => "face.update",
            Self::FaceDelete => "face.delete",
            Self::FolderRead => "folder.read",
            Self::JobCreate => "job.create",
            Self::JobRead => "job.read",
            Self::LibraryCreate => "library.create",
            Self::LibraryRead => "library.read",
            Self::LibraryUpdate => "library.update",
            Self::LibraryDelete => "library.delete",
            Self::LibraryStatistics => "library.statistics",
            Self::TimelineRead => "timeline.read",
            Self::TimelineDownload => "timeline.download",
            Self::Maintenance => "maintenance",
            Self::MapRead => "map.read",
            Self::MapSearch => "map.search",
            Self::MemoryCreate => "memory.create",
            Self::MemoryRead => "memory.read",
            Self::MemoryUpdate => "memory.update",
            Self::MemoryDelete => "memory.delete",
            Self::MemoryStatistics => "memory.statistics",
            Self::MemoryAssetCreate => "memoryAsset.create",
            Self::MemoryAssetDelete => "memoryAsset.delete",
            Self::NotificationCreate => "notification.create",
            Self::NotificationRead => "notification.read",
            Self::NotificationUpdate => "notification.update",
            Self::NotificationDelete => "notification.delete",
            Self::PartnerCreate => "partner.create",
            Self::PartnerRead => "partner.read",
            Self::PartnerUpdate => "partner.update",
            Self::PartnerDelete => "partner.delete",
            Self::PersonCreate => "person.create",
            Self::PersonRead => "person.read",
            Self::PersonUpdate => "person.update",
            Self::PersonDelete => "person.delete",
            Self::PersonStatistics => "person.statistics",
            Self::PersonMerge => "person.merge",
            Self::PersonReassign => "person.reassign",
            Self::PinCodeCreate => "pinCode.create",
            Self::PinCodeUpdate => "pinCode.update",
            Self::PinCodeDelete => "pinCode.delete",
            Self::PluginCreate => "plugin.create",
            Self::PluginRead => "plugin.read",
            Self::PluginUpdate => "plugin.update",
            Self::PluginDelete => "plugin.delete",
            Self::ServerAbout => "server.about",
            Self::ServerApkLinks => "server.apkLinks",
            Self::ServerStorage => "server.storage",
            Self::ServerStatistics => "server.statistics",
            Self::ServerVersionCheck => "server.versionCheck",
            Self::ServerLicenseRead => "serverLicense.read",
            Self::ServerLicenseUpdate => "serverLicense.update",
            Self::ServerLicenseDelete => "serverLicense.delete",
            Self::SessionCreate => "session.create",
            Self::SessionRead => "session.read",
            Self::SessionUpdate => "session.update",
            Self::SessionDelete => "session.delete",
            Self::SessionLock => "session.lock",
            Self::SharedLinkCreate => "sharedLink.create",
            Self::SharedLinkRead => "sharedLink.read",
            Self::SharedLinkUpdate => "sharedLink.update",
            Self::SharedLinkDelete => "sharedLink.delete",
            Self::StackCreate => "stack.create",
            Self::StackRead => "stack.read",
            Self::StackUpdate => "stack.update",
            Self::StackDelete => "stack.delete",
            Self::SyncStream => "sync.stream",
            Self::SyncCheckpointRead => "syncCheckpoint.read",
            Self::SyncCheckpointUpdate => "syncCheckpoint.update",
            Self::SyncCheckpointDelete => "syncCheckpoint.delete",
            Self::SystemConfigRead => "systemConfig.read",
            Self::SystemConfigUpdate => "systemConfig.update",
            Self::SystemMetadataRead => "systemMetadata.read",
            Self::SystemMetadataUpdate => "systemMetadata.update",
            Self::TagCreate => "tag.create",
            Self::TagRead => "tag.read",
            Self::TagUpdate => "tag.update",
            Self::TagDelete => "tag.delete",
            Self::TagAsset => "tag.asset",
            Self::UserRead => "user.read",
            Self::UserUpdate => "user.update",
            Self::UserLicenseCreate => "userLicense.create",
            Self::UserLicenseRead => "userLicense.read",
            Self::UserLicenseUpdate => "userLicense.update",
            Self::UserLicenseDelete => "userLicense.delete",
            Self::UserOnboardingRead => "userOnboarding.read",
            Self::UserOnboardingUpdate => "userOnboarding.update",
            Self::UserOnboardingDelete => "userOnboarding.delete",
            Self::UserPreferenceRead => "userPreference.read",
            Self::UserPreferenceUpdate => "userPreference.update",
            Self::UserProfileImageCreate => "userProfileImage.create",
            Self::UserProfileImageRead => "userProfileImage.read",
            Self::UserProfileImageUpdate => "userProfileImage.update",
            Self::UserProfileImageDelete => "userProfileImage.delete",
            Self::QueueRead => "queue.read",
            Self::QueueUpdate => "queue.update",
            Self::QueueJobCreate => "queueJob.create",
            Self::QueueJobRead => "queueJob.read",
            Self::QueueJobUpdate => "queueJob.update",
            Self::QueueJobDelete => "queueJob.delete",
            Self::WorkflowCreate => "workflow.create",
            Self::WorkflowRead => "workflow.read",
            Self::WorkflowUpdate => "workflow.update",
            Self::WorkflowDelete => "workflow.delete",
            Self::AdminUserCreate => "adminUser.create",
            Self::AdminUserRead => "adminUser.read",
            Self::AdminUserUpdate => "adminUser.update",
            Self::AdminUserDelete => "adminUser.delete",
            Self::AdminSessionRead => "adminSession.read",
            Self::AdminAuthUnlinkAll => "adminAuth.unlinkAll",
        }
    }
}
