//! Where in its source a change is: the line of the part that changed, or of the closest part that still exists.

mod json;
mod place;
mod yaml;

use super::{Finding, Subject};
use serde_json::Value;
use std::collections::HashMap;

/// A document as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The path of the file, or its URL.
    pub name: &'a str,
    /// JSON or YAML.
    pub text: &'a str,
    /// What the text says.
    pub document: &'a Value,
}

impl Source<'_> {
    /// The line of each change, from 1.
    pub(super) fn lines<'f>(&self, findings: impl Iterator<Item = (&'f Subject, &'f Finding)>) -> Vec<usize> {
        let pointers: Vec<String> =
            findings.map(|(subject, finding)| place::pointer(self.document, subject, &finding.place)).collect();
        let mut wanted: HashMap<&str, usize> = pointers.iter().map(|pointer| (pointer.as_str(), 1)).collect();
        if self.text.trim_start().starts_with('{') {
            json::find(self.text, &mut wanted);
        } else {
            yaml::find(self.text, &mut wanted);
        }
        pointers.iter().map(|pointer| wanted.get(pointer.as_str()).copied().unwrap_or(1)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diff::{compare, render};
    use crate::read_document;

    const JSON: &str = r##"{
  "openapi": "3.0.0",
  "paths": {
    "/a~{b}": {
      "get": {
        "parameters": [{ "name": "b", "in": "path" },
          { "name": "q", "in": "query",
            "schema": { "type": "string" } }],
        "responses": {
          "200": { "content": { "application/json": {
            "schema": { "$ref": "#/components/schemas/User" } } } }
        }
      }
    }
  },
  "components": { "schemas": {
    "User": {
      "properties": {
        "name": { "description": "a \"quoted\" {brace", "type": "string" },
        "tags": { "items":
          { "type": "string" } }
      }
    }
  } }
}"##;

    const YAML: &str = r#"
openapi: 3.0.0
paths:
  '/a~{b}':
    get:
      description: |
        responses:
          nothing
      parameters:
      - name: b
        in: path
      - in: query
        name: q
        schema: {type: string}
      responses:
        200: # fine
          content:
            application/json:
              schema:
                $ref: '#/components/schemas/User'
components:
  schemas:
    "User":
      properties:
        name:
          type: string
        tags:
          items:
            type: string
"#;

    #[track_caller]
    fn lines_are(text: &str, expected: [usize; 4]) {
        let new = read_document(text).unwrap();
        let mut old = new.clone();
        old["components"]["schemas"]["User"]["properties"]["name"]["maxLength"] = 3.into();
        old["components"]["schemas"]["User"]["properties"]["tags"]["items"]["maxLength"] = 3.into();
        old["paths"]["/a~{b}"]["get"]["parameters"][1]["schema"]["maxLength"] = 3.into();
        old["paths"]["/a~{b}"]["get"]["responses"]["404"] = serde_json::json!({});
        let source = Source { name: "new", text, document: &new };
        let changes = compare(&old, &new);
        let lines = source.lines(render::each(&changes));
        let mut found: Vec<(String, usize)> =
            render::each(&changes).map(|(_, finding)| finding.to_string()).zip(lines).collect();
        found.sort();
        let found: Vec<usize> = found.into_iter().map(|(_, line)| line).collect();
        // In the order of: property name, property tags, parameter q, response 404.
        assert_eq!(found, expected);
    }

    #[test]
    fn the_line_of_a_change_is_found_in_json() {
        lines_are(JSON, [19, 20, 7, 9]);
    }

    #[test]
    fn the_line_of_a_change_is_found_in_yaml() {
        lines_are(YAML, [25, 28, 12, 15]);
    }
}
