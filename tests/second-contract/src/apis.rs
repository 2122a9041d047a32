//! The operations, one trait per tag of the contract.

mod albums_api;
mod files_raw_api;
mod values_api;

pub use albums_api::{Albums, CreateAlbumResponse, DeleteAlbumsResponse, GetAlbumResponse, ListAlbumsResponse};
pub use files_raw_api::{FilesRaw, GetCoverResponse, PutCoverResponse, PutNoteResponse};
pub use values_api::{
    DropWordsResponse, MoveResponse, PutJsonResponse, PutLabelsResponse, PutObjectResponse, PutShapeResponse,
    PutTreeResponse, PutWordsResponse, ReadLatestResponse, ReadMomentResponse, ReadScalarsResponse, Values,
};

/// All operations of the contract. Every type that implements the traits of all tags implements it.
pub trait Api: Albums + FilesRaw + Values {}

impl<T: Albums + FilesRaw + Values> Api for T {}
