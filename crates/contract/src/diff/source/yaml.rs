//! Lines of values in a YAML text of blocks. What is within braces or brackets is on the line of its key, or on a later one.

use crate::escape;
use std::collections::HashMap;

/// A key or an element of a list, and how far it is indented.
struct Level {
    indent: usize,
    segment: String,
    /// The position, if it is an element of a list.
    index: Option<usize>,
}

/// Sets the line of each pointer. A part within braces has the line of its closest key.
pub(super) fn find(text: &str, wanted: &mut HashMap<&str, usize>) {
    let mut lines: HashMap<String, usize> = HashMap::new();
    let mut levels: Vec<Level> = Vec::new();
    // Lines that are indented further belong to a text.
    let mut text_below: Option<usize> = None;
    for (number, line) in text.lines().enumerate() {
        let content = line.trim_start();
        let mut indent = line.len() - content.len();
        if content.is_empty() || text_below.is_some_and(|limit| indent > limit) || content.starts_with('#') {
            continue;
        }
        text_below = None;
        let mut rest = content;
        while let Some(after) =
            rest.strip_prefix("- ").or_else(|| rest.strip_prefix('-').filter(|after| after.is_empty()))
        {
            element(&mut levels, indent);
            record(&levels, number + 1, &mut lines);
            let inner = after.trim_start();
            indent += rest.len() - inner.len();
            rest = inner;
        }
        let Some((name, value)) = key(rest) else { continue };
        levels.truncate(levels.iter().position(|level| level.indent >= indent).unwrap_or(levels.len()));
        levels.push(Level { indent, segment: escape(&name), index: None });
        record(&levels, number + 1, &mut lines);
        if value.starts_with(['|', '>']) {
            text_below = Some(indent);
        }
    }
    for (pointer, line) in wanted.iter_mut() {
        let mut pointer = *pointer;
        *line = loop {
            match (lines.get(pointer), pointer.rsplit_once('/')) {
                (Some(found), _) => break *found,
                (None, Some((parent, _))) => pointer = parent,
                (None, None) => break 1,
            }
        };
    }
}

/// Begins an element of a list. It may be indented as far as the key of the list.
fn element(levels: &mut Vec<Level>, indent: usize) {
    let end = levels.iter().position(|level| level.indent > indent || level.indent == indent && level.index.is_some());
    let index =
        end.and_then(|end| levels.get(end)).filter(|level| level.indent == indent).and_then(|level| level.index);
    levels.truncate(end.unwrap_or(levels.len()));
    let index = index.map_or(0, |index| index + 1);
    levels.push(Level { indent, segment: index.to_string(), index: Some(index) });
}

fn record(levels: &[Level], line: usize, lines: &mut HashMap<String, usize>) {
    let pointer: String = levels.iter().flat_map(|level| ["/", level.segment.as_str()]).collect();
    lines.entry(pointer).or_insert(line);
}

/// The key and what follows on its line.
fn key(text: &str) -> Option<(String, &str)> {
    if let Some(quote) = text.chars().next().filter(|first| ['"', '\''].contains(first)) {
        let rest = text.get(1..)?;
        let end = rest.find(quote)?;
        let value = rest.get(end + 1..)?.trim_start().strip_prefix(':')?;
        return Some((rest.get(..end)?.to_owned(), value.trim_start()));
    }
    let end = text.find(": ").or_else(|| text.trim_end().strip_suffix(':').map(str::len))?;
    Some((text.get(..end)?.trim_end().to_owned(), text.get(end + 1..)?.trim_start()))
}
