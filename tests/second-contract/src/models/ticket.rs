//! `Ticket`, generated from the contract.

use serde::{Deserialize, Serialize};

/// `Ticket`
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Ticket {
    /// `id`
    pub id: uuid::Uuid,
}
