//! Flame graphs: a box for each function at each place where it is called, as wide as its share of the instructions,
//! upon the one that calls it.

use crate::error::BenchError;
use crate::tool::callgrind::Profile;
use plotters::prelude::*;
use std::collections::BTreeMap;
use std::path::Path;

const WIDTH: u32 = 1200;
const ROW: u32 = 16;
const TITLE: u32 = 34;
const FONT: &str = "monospace";
const FONT_SIZE: u32 = 11;
/// How wide a letter is, a little more than less.
const LETTER: u32 = 7;
/// A name cut shorter says nothing.
const FEWEST_LETTERS: usize = 4;
/// Functions of this project, and those of others in one of several tones.
const OURS: RGBColor = RGBColor(130, 150, 235);
const OTHERS: [RGBColor; 4] =
    [RGBColor(250, 190, 110), RGBColor(245, 170, 95), RGBColor(250, 205, 135), RGBColor(240, 180, 125)];

/// The file that the flame graph of a kind of request goes to.
pub(crate) fn file(name: &str) -> String {
    format!("flame-{name}.svg")
}

/// Draws where the instructions of a profile are.
pub(crate) fn draw(path: &Path, title: &str, profile: &Profile) -> Result<(), BenchError> {
    let mut root = Frame::default();
    for (stack, cost) in profile.stacks() {
        root.add(stack, cost);
    }
    paint(path, title, &root.boxes(WIDTH)).map_err(BenchError::plot(path))
}

/// A function called from a certain place, with all that is called from it.
#[derive(Default)]
struct Frame<'a> {
    instructions: u64,
    callees: BTreeMap<&'a str, Frame<'a>>,
}

/// A function in the picture: the pixels from `left` to `right`, so many rows above the lowest.
#[derive(Debug, PartialEq)]
struct Shown<'a> {
    function: &'a str,
    row: u32,
    left: u32,
    right: u32,
}

impl<'a> Frame<'a> {
    /// Adds the instructions of the last function of a stack, the outermost one first.
    fn add(&mut self, stack: Vec<&'a str>, instructions: u64) {
        self.instructions += instructions;
        let mut frame = self;
        for function in stack {
            frame = frame.callees.entry(function).or_default();
            frame.instructions += instructions;
        }
    }

    /// What is seen of it on a picture so wide: what is less than a pixel is left out.
    fn boxes(&self, width: u32) -> Vec<Shown<'a>> {
        let mut shown = Vec::new();
        let pixel =
            |before: u64| u32::try_from(before * u64::from(width) / self.instructions.max(1)).unwrap_or(u32::MAX);
        self.place(0, 0, &pixel, &mut shown);
        shown
    }

    /// Places what is called from this; `before` are the instructions to the left of it.
    fn place(&self, row: u32, mut before: u64, pixel: &impl Fn(u64) -> u32, shown: &mut Vec<Shown<'a>>) {
        for (function, callee) in &self.callees {
            let (left, right) = (pixel(before), pixel(before + callee.instructions));
            if left < right {
                shown.push(Shown { function, row, left, right });
                callee.place(row + 1, before, pixel, shown);
            }
            before += callee.instructions;
        }
    }
}

fn paint(path: &Path, title: &str, shown: &[Shown<'_>]) -> Result<(), Box<dyn std::error::Error>> {
    let rows = shown.iter().map(|one| one.row + 1).max().unwrap_or(0);
    let height = TITLE + ROW * rows;
    let root = SVGBackend::new(path, (WIDTH, height)).into_drawing_area();
    root.fill(&WHITE)?;
    root.draw(&Text::new(title.to_owned(), (8, 8), ("sans-serif", 18)))?;
    for Shown { function, row, left, right } in shown {
        let top = i32::try_from(height - ROW * (row + 1))?;
        let bottom = i32::try_from(height - ROW * row)? - 1;
        // A gap between neighbours, unless nothing would be left.
        let (from, to) = (i32::try_from(*left)?, i32::try_from((right - 1).max(left + 1))?);
        root.draw(&Rectangle::new([(from, top), (to, bottom)], colour(function).filled()))?;
        if let Some(label) = label(function, right - left) {
            root.draw(&Text::new(label, (from + 3, top + 3), (FONT, FONT_SIZE)))?;
        }
    }
    root.present()?;
    Ok(())
}

fn colour(function: &str) -> RGBColor {
    if function.contains("immich_") {
        return OURS;
    }
    let sum: usize = function.bytes().map(usize::from).sum();
    OTHERS[sum % OTHERS.len()]
}

/// As much of the name as there is room for in so many pixels.
fn label(function: &str, width: u32) -> Option<String> {
    let letters = usize::try_from(width.saturating_sub(4) / LETTER).unwrap_or(0);
    if function.chars().count() <= letters {
        return Some(function.to_owned());
    }
    let cut = || function.chars().take(letters - 1).chain(['…']).collect();
    (letters >= FEWEST_LETTERS).then(cut)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_as_wide_as_all_that_is_called_from_it_and_above_its_caller() {
        let mut root = Frame::default();
        root.add(vec!["main"], 10);
        root.add(vec!["main", "parse"], 60);
        root.add(vec!["main", "answer"], 30);

        let expected = [("main", 0, 0, 100), ("answer", 1, 0, 30), ("parse", 1, 30, 90)]
            .map(|(function, row, left, right)| Shown { function, row, left, right });
        assert_eq!(root.boxes(100), expected);
    }

    #[test]
    fn what_is_less_than_a_pixel_is_left_out() {
        let mut root = Frame::default();
        root.add(vec!["hardly any", "within"], 1);
        root.add(vec!["nearly all"], 999);

        assert_eq!(root.boxes(100), [Shown { function: "nearly all", row: 0, left: 0, right: 100 }]);
    }

    #[test]
    fn a_name_is_cut_where_there_is_no_room_for_it() {
        assert_eq!(label("memcpy", 100).as_deref(), Some("memcpy"));
        assert_eq!(label("hyper::proto::h1", 60).as_deref(), Some("hyper::…"));
        assert_eq!(label("memcpy", 20), None);
    }

    #[test]
    fn the_picture_has_the_names_with_what_means_something_in_xml_escaped() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("flame.svg");
        let shown = [Shown { function: "<T as immich_wire::Reply>::into", row: 0, left: 0, right: WIDTH }];

        paint(&path, "GET /users/me", &shown).unwrap();

        let picture = std::fs::read_to_string(&path).unwrap();
        assert!(picture.contains("GET /users/me"), "{picture}");
        assert!(picture.contains("&lt;T as immich_wire::Reply&gt;::into"), "{picture}");
    }
}
