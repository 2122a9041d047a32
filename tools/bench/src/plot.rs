//! Bars: a median each, a line from the least to the most, and where the target is.

use crate::error::BenchError;
use crate::stats::Spread;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use std::fmt::Display;
use std::path::Path;

/// One bar.
#[derive(Clone, Debug)]
pub(crate) struct Bar {
    pub(crate) label: String,
    pub(crate) value: Spread,
    pub(crate) target: Option<f64>,
    /// Drawn in the colour of what is compared with.
    pub(crate) is_baseline: bool,
}

const WIDTH: u32 = 960;
const BAR: u32 = 26;
/// For the title above and the axis below.
const MARGIN: u32 = 76;
/// For the labels on the left.
const LABELS: i32 = 400;
const FONT: &str = "sans-serif";
const OURS: RGBColor = RGBColor(66, 80, 175);
const BASELINE: RGBColor = RGBColor(160, 160, 170);
const TARGET: RGBColor = RGBColor(200, 60, 50);

/// Draws bars one below the other.
pub(crate) fn bars(path: &Path, title: &str, unit: &str, bars: &[Bar]) -> Result<(), BenchError> {
    draw(path, title, unit, bars).map_err(BenchError::plot(path))
}

fn draw(path: &Path, title: &str, unit: &str, bars: &[Bar]) -> Result<(), Box<dyn std::error::Error>> {
    let count = u32::try_from(bars.len())?;
    let root = SVGBackend::new(path, (WIDTH, MARGIN + BAR * count)).into_drawing_area();
    root.fill(&WHITE)?;
    let longest = bars.iter().map(|bar| bar.value.high.max(bar.target.unwrap_or_default())).fold(0.0, f64::max);
    let rows = f64::from(count);
    let mut chart = ChartBuilder::on(&root)
        .caption(title, (FONT, 18))
        .margin(8)
        .margin_right(70)
        .x_label_area_size(24)
        .y_label_area_size(LABELS)
        // Downwards, as the bars are read.
        .build_cartesian_2d(0.0..longest * 1.02, rows..0.0)?;
    chart
        .configure_mesh()
        .disable_y_mesh()
        .y_labels(0)
        .x_labels(8)
        .light_line_style(WHITE)
        .x_label_formatter(&|x| number(*x))
        .label_style((FONT, 12))
        .draw()?;
    let area = chart.plotting_area();
    let label = TextStyle::from((FONT, 13)).pos(Pos::new(HPos::Right, VPos::Center));
    let value = TextStyle::from((FONT, 12)).pos(Pos::new(HPos::Left, VPos::Center));
    for (row, bar) in (0_u32..).zip(bars) {
        let (top, middle, bottom) = (f64::from(row) + 0.18, f64::from(row) + 0.5, f64::from(row) + 0.82);
        let Spread { median, low, high } = bar.value;
        let colour = if bar.is_baseline { BASELINE } else { OURS };
        area.draw(&Rectangle::new([(0.0, top), (median, bottom)], colour.filled()))?;
        area.draw(&PathElement::new(vec![(low, middle), (high, middle)], BLACK))?;
        if let Some(target) = bar.target {
            area.draw(&PathElement::new(vec![(target, top - 0.1), (target, bottom + 0.1)], TARGET.stroke_width(2)))?;
        }
        area.draw(&(EmptyElement::at((0.0, middle)) + Text::new(bar.label.clone(), (-8, 0), label.clone())))?;
        let text = labelled(median, unit);
        area.draw(&(EmptyElement::at((high.max(median), middle)) + Text::new(text, (6, 0), value.clone())))?;
    }
    root.present()?;
    Ok(())
}

fn labelled(value: f64, unit: impl Display) -> String {
    format!("{} {unit}", number(value)).trim_end().to_owned()
}

/// A figure with as many digits as say something, and thousands set apart.
pub(crate) fn number(value: f64) -> String {
    let digits = match value.abs() {
        size if size >= 100.0 || size == 0.0 => 0,
        size if size >= 10.0 => 1,
        _ => 2,
    };
    let plain = format!("{value:.digits$}");
    let (whole, fraction) = plain.split_at(plain.find('.').unwrap_or(plain.len()));
    let (sign, whole) = whole.split_at(usize::from(whole.starts_with('-')));
    let mut grouped = String::new();
    for (position, digit) in whole.chars().enumerate() {
        if position > 0 && (whole.len() - position) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{fraction}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_the_digits_that_say_something() {
        let texts = [1_234_567.8, 100.4, 99.94, 9.876, 0.5, 0.0, -1234.0].map(number);

        assert_eq!(texts, ["1,234,568", "100", "99.9", "9.88", "0.50", "0", "-1,234"]);
    }

    #[test]
    fn every_bar_is_in_the_picture_with_its_label_and_figure() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("bars.svg");
        let bar = |label: &str, median: f64| Bar {
            label: label.to_owned(),
            value: Spread { median, low: median - 1.0, high: median + 1.0 },
            target: Some(5.0),
            is_baseline: false,
        };

        bars(&path, "Two bars", "per second", &[bar("one", 4321.0), bar("other", 8765.0)]).unwrap();

        let picture = std::fs::read_to_string(&path).unwrap();
        for text in ["Two bars", "one", "other", "4,321 per second", "8,765 per second"] {
            assert!(picture.contains(text), "{text} is missing");
        }
    }
}
