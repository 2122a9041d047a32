//! How far it is: a bar on a terminal, a line per part elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal as _;

/// Tells how far it is.
pub(crate) enum Progress {
    /// On a terminal.
    Bar(ProgressBar),
    /// Elsewhere.
    Lines,
    /// Nobody is told.
    #[cfg(test)]
    Silent,
}

impl Progress {
    /// Of so many steps.
    pub(crate) fn new(steps: usize) -> Self {
        if !std::io::stderr().is_terminal() {
            return Self::Lines;
        }
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed}, {eta} left  {prefix}: {wide_msg}");
        let bar = ProgressBar::new(steps as u64);
        Self::Bar(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// Another part begins.
    pub(crate) fn part(&self, name: &str) {
        match self {
            Self::Bar(bar) => bar.set_prefix(name.to_owned()),
            Self::Lines => eprintln!("==> {name}"),
            #[cfg(test)]
            Self::Silent => {}
        }
    }

    /// One more step is under way.
    pub(crate) fn step(&self, what: &str) {
        if let Self::Bar(bar) = self {
            bar.inc(1);
            bar.set_message(what.to_owned());
        }
    }

    /// It is over.
    pub(crate) fn finish(&self) {
        if let Self::Bar(bar) = self {
            bar.finish_and_clear();
        }
    }
}
