//! A server of `board.yaml`.

use crate::server::{Answer, serve};
use serde_json::{Value, json};

pub(crate) const TOKEN: &str = "the-token-of-the-player-of-this-test";

pub(crate) fn start() -> String {
    let mut squares = vec![json!("."); 9];
    serve(move |request| {
        let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
        let is_authorized = request.header("authorization") == Some(&format!("Bearer {TOKEN}"));
        let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
        match (method, path.as_slice()) {
            ("GET", ["board"]) | ("GET" | "PUT", ["board", _, _]) if !is_authorized => Answer::text(401, "log in"),
            ("GET", ["board"]) => Answer::json(200, &board(&squares)),
            (_, ["board", row, column]) => {
                let (Some(row), Some(column)) = (coordinate(row), coordinate(column)) else {
                    return Answer::text(400, "off the board");
                };
                let square = &mut squares[(row - 1) * 3 + column - 1];
                match (method, &request.body) {
                    ("GET", _) => Answer::json(200, square),
                    ("PUT", Some(mark)) if [".", "X", "O"].iter().any(|known| mark == known) => {
                        *square = mark.clone();
                        Answer::json(200, &board(&squares))
                    }
                    ("PUT", _) => Answer::text(400, "no mark"),
                    _ => Answer::text(405, "no such method"),
                }
            }
            _ => Answer::text(404, "no such page"),
        }
    })
}

fn board(squares: &[Value]) -> Value {
    json!({ "kind": "board", "winner": null, "squares": squares, "size": [3, null] })
}

fn coordinate(text: &str) -> Option<usize> {
    text.parse().ok().filter(|number| (1..=3).contains(number))
}
