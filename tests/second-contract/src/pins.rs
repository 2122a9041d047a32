//! Digests of the contract's parts, for an implementation to hold against what it accepted.
//!
//! Each is the SHA-256 of a part without its prose. A schema that a part refers to is a part of its own.

/// All that is neither an operation nor a schema: version, servers, security, other components.
pub const DOCUMENT: &str = "3b0a7b63720ae7c0a4067a273c02fab9cce0b0c58ac41afe004fff35de708245";

/// Every operation, by its id.
pub const OPERATIONS: [(&str, &str); 18] = [
    ("createAlbum", "cdc010cf2c81a15aa6718d8f94d3f52ffd571f9e703eae640f756f0a70042823"),
    ("deleteAlbums", "4ca0ea10f77dfa29270e5fde7f22d6aeb0fffad34e0bae803cd07d41bb3e70ee"),
    ("dropWords", "ed7e5e867645d48864f27d1ea2d995546a1a36f624cce28b4fc60660e368c681"),
    ("getAlbum", "f70107fda9ebbb460f7bb17e05e71b9604f5fbab820df23dbabddc1144dd022c"),
    ("getCover", "c8675089e225fadffc8520af7e57e5031e773f9d00d86f4a176e70bd43236c0e"),
    ("listAlbums", "9f6f98ed412a30a70843ff5630081917ab3675a27ce4ef8ad4ac752615130c84"),
    ("move", "4a41e9a7996b4982db60b38da98cf7f56179bb39206656fe6a27180731d05f37"),
    ("putCover", "c100e02a90eeec4a147343817b24fe7e4c8501e32af4e06275da0ef6f3fbd7d4"),
    ("putJson", "c9c16349836c3bd521a0443bbeb4eab412504fd9fb4e682377cce01ec1553fb5"),
    ("putLabels", "f700087bb7e427894af7385c67f708105abe4b3babbca7f447c03310ffa9eed2"),
    ("putNote", "cea07e69b3b2743a56698a5bb70bd6646666737b3174cea2b90523752b99ca24"),
    ("putObject", "acae2c444d6f49f3b027587e9268ee95de6f121d4987357876cb12b68ef6b23c"),
    ("putShape", "243fdf179087e4805bdfa6aa28bb1a31f8d539ad7fda47bcb36762c7181e8edf"),
    ("putTree", "eb1cc13e3892bf235878fe6980e10de466b975cf7a2d87c6b6bbd76ff468eac7"),
    ("putWords", "8a4a71d91e070b0e3d47792f77592d3efa83c81d6038fb4b15fd8abba2e953af"),
    ("readLatest", "e8fbfe9621213489ab7ff97527629f0ab9d1ef666b3b53a53484bff41a2bbc41"),
    ("readMoment", "ab842554730c884f4e2a0c4c57e9e04f79a4d26794062b35e612bdd96f4dda2c"),
    ("readScalars", "a65acd23c1146d81f539b4fbc7bbdce33e76fda4fe99ded3b41f25b699ec24fc"),
];

/// Every schema, by its name.
pub const SCHEMAS: [(&str, &str); 21] = [
    ("ADbWords", "5e5a599678234d87be23a4f315d609b40471efbaf414a6278802154a08db0ee6"),
    ("Album", "40abb0bd323326792d37685616ffc1048aee45f09fb1f6002ff91f3ceec75b11"),
    ("AlbumCreate", "06db02d8d3182e44d8da77ebd4a1557abe8ed9893b58fcaac4b1f1b837011a13"),
    ("Circle", "ffa1a9d625f919b073ff25cb5180685add056983c5c6a101f252c545eee155bc"),
    ("Counts", "6c0c57913db9ddd0670efd15a4de9f5879f2ec0b8db3b10f2bda4c15feecd8bb"),
    ("Dot", "efddc7bd8bbcef73a14eb1ace1ffdaec81e518ef1e13c1e9271d0b8acb694a49"),
    ("Echo", "a2c799262a3ce3c19ef5cdd983bf3d12b43ab3c426227091b909dcb7054738c0"),
    ("Failure", "c406341101c8d333fdca4d32d130a56790a7caf5b3dbbf4e3585f7e6fecd5edb"),
    ("Fit", "b8331e1a5ddb4412b4305f49100e50884216db0c908da199cac98ebfe59c2eed"),
    ("IdList", "66a81f5efe9344bbf44236a619224fce407093e866468fcd07c9806d7eb085ef"),
    ("Member", "2e326605c02cca814c9574b1179bcf6650ccb049a32148bf04c7ef943c653219"),
    ("Note", "00404e686415370f1711c4d7acfa2905444d3cf23cef2e10c47d445ebe690f96"),
    ("Odd", "38ea35261f704784b07538d05ff8f2849f1ba971afd56f209a21b88b2973b286"),
    ("Permission", "d92935d340662ad180623c4b8dd5bff6c0ffb82f8a1e8bf77e7ec38f112d874b"),
    ("Shape", "c363413822e942c305f50e5b85414a4be6aaa41f241057fecf5711957d74513b"),
    ("Slug", "d1a3c78b8e2b7cbdf04b333156cad22edbfad93d4c50b473645560393e7b2d55"),
    ("SortOrder", "9b8522343e904a6908f65ec7db95490a63e30e948de8cb97c708687370b0bb03"),
    ("Square", "336489e2789bd2d0479130fb305473e1fa900d55e99cd8d4317bbdda88a37e8e"),
    ("Ticket", "304847d2f72622e0cf0636f0e2c37d7176cce02df2ccf527d565db7a92c07c5c"),
    ("Tree", "943c4b5ad601b13e2962bb049f28b1810d27aedbaceb8ee153ccff107f86bb09"),
    ("Words", "864c72a6f4644573d0b443ce711326d1635b07bc7a4417faedc13764455e0358"),
];
