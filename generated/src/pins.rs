//! Digests of the contract's parts, for an implementation to hold against what it accepted.
//!
//! Each is the SHA-256 of a part without its prose. A schema that a part refers to is a part of its own.

/// All that is neither an operation nor a schema: version, servers, security, other components.
pub const DOCUMENT: &str = "2481ba1e29c1600a1d10ca548bb705d5c49e0e8b4c2ad44bf9a8c92dabb167ec";

/// Every operation, by its id.
pub const OPERATIONS: [(&str, &str); 24] = [
    ("changePassword", "143c21c2ef0aa36384e4f99f7ed08336217dbcd82c8da93c338e97e8413aace4"),
    ("createApiKey", "8fa2324c0d656bc1c9b433ea4b45a4eaadb596cdcf0ef11aa4090de4f6b2aea9"),
    ("createSession", "7596d602e1d522e8a85adb83a385d54a81541e7e8280e46c5ff407e773abfc24"),
    ("deleteAllSessions", "e68b3fe8dea413f867960521205ac0894019d0aa745cd1893393d1b976f56612"),
    ("deleteApiKey", "17b76a071cf7d4de86a407858ca0b3dd4fd5ce331511864127d656215f78746e"),
    ("deleteSession", "8412195a5b807596e9c54c474ee0207c7c66bef71ed040741bf3469d27360826"),
    ("getAboutInfo", "7e01c0ced978741bbbb246e45e375535978282f96c1616148d1066106263613f"),
    ("getApiKey", "cde4fb3002063d4b5360316d79aff4d852f6841f7ceac5bc439463c3b83b1fbb"),
    ("getApiKeys", "c6ed79c7732dd67ab5facff7d06ddc75db6e25ee5b033aa416d3726c4da0413b"),
    ("getMyApiKey", "8d75789ec15bcb1fd15ad446159d732d782cee8ebe25932b60c9397fc249f3f0"),
    ("getMyUser", "88144a8dfcbf7455a515ea74f3c76aaaf58b9923535fd4e0978d698d3ee82146"),
    ("getServerConfig", "86a583ae8acacfb98dd27847f5f7b0e9ff4af08e44bce579e79f1585e1dc1207"),
    ("getServerFeatures", "847d2fcde9018925faf3bd3b9075a65458997f7cda60623fb805cad14685a150"),
    ("getServerVersion", "4a4138483c7492499650f60468afb1389026216d8511e96e0bdcea2fbf477ca2"),
    ("getSessions", "d3efaaf8ad041221563b99e6297a8995ab1aa01795ece513a1a6933c8d44b613"),
    ("getUser", "f164e2fb11a0f2d5d35c66f12371f0fcc3e7f0bd0acfc901f7b54365bf056eb9"),
    ("login", "68dc0cf7cd91f21ab6e80c6051ccc1122298182567178e09b4652b1660dc78a8"),
    ("logout", "de69a368e29bc070e17eb0d5b90de3811647fa6956216383abc2e088b7431a3d"),
    ("pingServer", "84b8cb41752f882b147f49471dfcb19325919e5481c917dd4235c53efcb6af4c"),
    ("searchUsers", "fb0985e7749b87d6d0119e837e061424420bdf12221ad6e524fde8841f32e414"),
    ("signUpAdmin", "08cfb8d8ee0b2921c0afe0ea5dd25ed86242cfb22e210ecc301370eff46e46f3"),
    ("updateApiKey", "4868ce9a8cc25328dda25f376eb9e5110c35c9e93d9ee3c956cdff8eb9e3bd9a"),
    ("updateMyUser", "a024171dd142c499fa83107be9366cfb0b21d25c05c2cf5864a056d31c4b31bc"),
    ("validateAccessToken", "61a120c69d6d4ad0bcbc6b35671eda7f3fe31544b41b902794fed84e51f0e9b3"),
];

/// Every schema, by its name.
pub const SCHEMAS: [(&str, &str); 26] = [
    ("APIKeyCreateDto", "f5420bbd446f75a978ebf45d763fcfa1c402fab6a6a525f97864c00a51992586"),
    ("APIKeyCreateResponseDto", "650ae3649d46f262b971538b4a9c71587f34377b76bc3ca69d8ca43e0f44452f"),
    ("APIKeyResponseDto", "7c2692d3f8393c9744aff252500a02434149f704b3dd67e50d3d4722c981cf99"),
    ("APIKeyUpdateDto", "7a4012d5a054c6835066d218e9d67bff19de41a94a32773b0a7f3dedf52fa924"),
    ("ChangePasswordDto", "b774d341c5c0906cebb0e0ca5b2bb11b14067ed084ffa92623a82a3c5a9b30a8"),
    ("ErrorResponseDto", "7dc2f7af8fbe8e79bf4252533a4c7ef4a694d4466121945cf3356ce70871d12e"),
    ("LoginCredentialDto", "5ede4974dbff85cb42ab4802dead661b588e256f6fec713513dc17e97b10a7b3"),
    ("LoginResponseDto", "120a843335fbd0c5eb643114ff3700acb7cbcb15452ffd131bb92f3c6254269b"),
    ("LogoutResponseDto", "89589db4e1c5efb5c73d0e7e5c8fd49a7a19c2e8d050f4716642b06db1ceef88"),
    ("Permission", "0c93ed1ec0ca93323d42a497c609fb3a00d40e215488bfbfdf264a0409c5ec12"),
    ("ServerAboutResponseDto", "de6fe45181224f49f6625629bf8d5e4e6e282415b37d6a25b7181a035a5be94e"),
    ("ServerConfigDto", "8b422d75a99de26aef4008bcce9a1638eb2870151f1fc5d2e75fe220e0697fcd"),
    ("ServerFeaturesDto", "dc3e252bd58c770bd23910b989e1e77a25ba9935c8be436b211e960a13fb57a6"),
    ("ServerPingResponse", "5dacb2af45047e7491dc8adda8c00198465f5cf95d9f212675efdd4c18c898f6"),
    ("ServerVersionResponseDto", "b388f962901921a73f119c9b2b992e9bcea6c2c2ea191a60c476fd5e85e8cd0f"),
    ("SessionCreateDto", "1f427cc2bace40f2f8a879d2e08f6732ead9f3c0ae93e7edfb147e26aedcb708"),
    ("SessionCreateResponseDto", "2be4beb94d0d4c463b04b04afdfbca417bb66fc8c459ca91b09b11bbb3abbc63"),
    ("SessionResponseDto", "f2dd369a8782c5a3c7f48956f5ff6c5c30dc4c61427b9a48b29be47810d9097d"),
    ("SignUpDto", "1caaea2d95297f5ebd4ef9b3c3267c527f1277b43f4745d222688c6bbf4846f0"),
    ("UserAdminResponseDto", "800a62397af9db9e01886654acbc3a5d373afa53d6a89fb97a95e0ff3f34c2f6"),
    ("UserAvatarColor", "f52c16c4df90adb04c9254bf5679d6815558a91231e1d039bb865fff298db769"),
    ("UserLicense", "8417f8aa41a180a8cdb3de02bcc8cfde686b7524e1fed80eaebdf3310007d74e"),
    ("UserResponseDto", "6589b0667ea23a9964dd2f72fc8f0ebc08d41487336bd073ee463c27794eeea0"),
    ("UserStatus", "1446cafcea00f95dc13e504d779fae71df361a16947465907eaa3ac8ddb35c66"),
    ("UserUpdateMeDto", "9660283766f5535e9907be0c230995b75e88b6c86e9316908218d4138cfca0e7"),
    ("ValidateAccessTokenResponseDto", "ca9cb955721311db8d4e67fbef8a0a0b36dbce9dc6cbf641c29f5816d1c1580b"),
];
