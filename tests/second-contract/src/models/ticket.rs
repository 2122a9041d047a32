//! The schema `Ticket`.

use serde::{Deserialize, Serialize};

/// `Ticket`
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticket {
    /// `id`
    pub id: uuid::Uuid,
    /// `ticketNumber`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_number: Option<i64>,
    /// `ticketPrice`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_price: Option<f64>,
    /// no block of code
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_name: Option<String>,
}
