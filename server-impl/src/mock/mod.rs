//! The contract answered without a database, for those who develop clients.
//!
//! The operations are generated ([`immich_api::mock`]), so that the mock has every operation that the contract has;
//! requests are authorized and validated by the same code as the server's. What is answered comes from the contract:
//! the examples that it declares, and where it declares none, values that its schemas allow, made up from a seed.

mod answers;
mod prefer;
mod sample;
mod site;
mod stage;

pub use site::MockSite;
pub use stage::Stage;

use answers::Answers;
use immich_api::mock::Mock;

/// The mock of the contract that this program was built from. A seed always gives the same answers.
///
/// # Errors
/// The contract is no JSON.
pub fn mock(seed: u64) -> Result<MockSite, serde_json::Error> {
    Ok(MockSite { api: Mock(Stage { answers: Answers::read(immich_api::CONTRACT, seed)? }) })
}
