//! The contract behind an ingress that takes the header Authorization for itself.

use super::{Contract, CredentialLocation};

/// Why credentials in the header Authorization are not sent.
const TAKEN: &str = "not sent in the header Authorization, which carries the user of the ingress (--user or --header)";

impl Contract {
    /// Leaves out the credentials that are sent in the header Authorization: other ones remain.
    pub fn leave_out_authorization(&mut self) {
        for operation in &mut self.operations {
            let is_taken = |location: &CredentialLocation| {
                matches!(location, CredentialLocation::Bearer | CredentialLocation::Basic)
            };
            let taken = operation.schemes.iter().filter(|scheme| is_taken(&scheme.location));
            let unsent: Vec<String> = taken.map(|scheme| format!("{}: {TAKEN}", scheme.name)).collect();
            operation.unchecked.extend(unsent);
            operation.schemes.retain(|scheme| !is_taken(&scheme.location));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn cookies_and_keys_remain() {
        let responses = json!({ "204": { "description": "" } });
        let document = json!({
            "openapi": "3.0.0",
            "info": { "title": "t", "version": "1" },
            "security": [{ "token": [] }, { "cookie": [] }],
            "paths": { "/a": {
                "get": { "operationId": "both", "responses": responses },
                "put": { "operationId": "bearer", "security": [{ "token": [] }], "responses": responses },
                "post": { "operationId": "public", "security": [], "responses": responses },
            } },
            "components": { "securitySchemes": {
                "token": { "type": "http", "scheme": "bearer" },
                "cookie": { "type": "apiKey", "in": "cookie", "name": "c" },
            } },
        });
        let mut contract = Contract::parse(&document.to_string()).unwrap();

        contract.leave_out_authorization();

        let left = |id: &str| {
            let operation = contract.find(id).unwrap();
            (operation.schemes.len(), operation.is_secured(), operation.unchecked.len())
        };
        assert_eq!((left("both"), left("bearer"), left("public")), ((1, true, 1), (0, true, 1), (0, false, 0)));
    }
}
