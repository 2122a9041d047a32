//! Where an operation is in the file of the contract.

/// The file that the contract was read from.
#[derive(Debug, Clone)]
pub struct ContractFile {
    /// Its path or URL, as reports name it.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl ContractFile {
    /// The line of an operation, counted from 1; the first line if it cannot be found.
    ///
    /// It is found by its keys in JSON and YAML with one key per line: no parser of YAML keeps the lines.
    #[must_use]
    pub fn line(&self, path: &str, method: &str) -> usize {
        let is_key = |line: &str, key: &str| {
            let line = line.trim_start();
            [format!("\"{key}\":"), format!("'{key}':"), format!("{key}:")].iter().any(|shape| line.starts_with(shape))
        };
        let lines = || self.text.lines().enumerate();
        let Some((start, of_path)) = lines().find(|(_, line)| is_key(line, path)) else { return 1 };
        let indentation = |line: &str| line.len() - line.trim_start().len();
        let inside = lines()
            .skip(start + 1)
            .take_while(|(_, line)| line.trim().is_empty() || indentation(line) > indentation(of_path));
        let found = inside.into_iter().find(|(_, line)| is_key(line, &method.to_lowercase()));
        found.map_or(start, |(index, _)| index) + 1
    }
}

/// The JSON pointer of an operation (RFC 6901).
pub(super) fn pointer(path: &str, method: &str) -> String {
    format!("/paths/{}/{}", immich_contract::escape(path), method.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_of_an_operation_is_found_in_json_and_in_yaml() {
        let json = "{\n  \"paths\": {\n    \"/a\": {\n      \"get\": {}\n    },\n    \"/a/{id}\": {\n      \"put\": {}\n    }\n  }\n}";
        let yaml = "paths:\n  /a:\n    get:\n      x: y\n  /a/{id}:\n    parameters: []\n    put: {}\n";
        for (text, lines) in [(json, [4, 7, 3]), (yaml, [3, 7, 2])] {
            let file = ContractFile { path: "x".to_owned(), text: text.to_owned() };
            assert_eq!([file.line("/a", "GET"), file.line("/a/{id}", "PUT"), file.line("/a", "PUT")], lines);
        }
        let minified = ContractFile { path: "x".to_owned(), text: "{\"paths\":{\"/a\":{}}}".to_owned() };
        assert_eq!(minified.line("/a", "GET"), 1);
        assert_eq!(pointer("/a/{id}", "PUT"), "/paths/~1a~1{id}/put");
    }
}
