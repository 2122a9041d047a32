//! Progress of an import on standard error: a bar on a terminal, otherwise a line every few seconds.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::db::import::Progress;

/// Time between two lines without a terminal.
const PAUSE: Duration = Duration::from_secs(5);

const BAR: &str = "{msg:23} {bar:40} {human_pos}/{human_len} rows, {elapsed}";
const SPINNER: &str = "{msg:23} {spinner} {elapsed}";

/// Reports the progress of an import on standard error.
pub(super) struct Reporter {
    bar: ProgressBar,
    state: State,
    last_line: Instant,
}

/// The current step of the import.
struct State {
    step: String,
    /// Rows read and rows in total, where that is known.
    rows: Option<(u64, u64)>,
    since: Instant,
}

impl Reporter {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        let state = State { step: "connecting".to_owned(), rows: None, since: now };
        // Draws on standard error, and only on a terminal.
        Self { bar: ProgressBar::new_spinner(), state, last_line: now }
    }

    /// Records the progress, and prints it when a line is due.
    pub(super) fn report(&mut self, progress: Progress) {
        self.state.take(progress);
        if self.bar.is_hidden() {
            if self.last_line.elapsed() >= PAUSE {
                self.last_line = Instant::now();
                eprintln!("import: {}", self.state.line());
            }
        } else {
            self.draw(progress);
        }
    }

    pub(super) fn finish(self) {
        self.bar.finish_and_clear();
    }

    fn draw(&mut self, progress: Progress) {
        match progress {
            Progress::Read(rows) => self.bar.set_position(rows),
            Progress::Waiting => self.bar.tick(),
            Progress::Reading { .. } | Progress::Comparing | Progress::Writing { .. } => {
                // A new bar: changing the old one in steps would briefly show its rows with the new length.
                std::mem::replace(&mut self.bar, self.state.bar()).finish_and_clear();
                self.bar.tick();
            }
        }
    }
}

impl State {
    fn take(&mut self, progress: Progress) {
        let (step, rows) = match progress {
            Progress::Waiting => return,
            Progress::Read(read) => {
                if let Some((so_far, _)) = &mut self.rows {
                    *so_far = read;
                }
                return;
            }
            Progress::Reading { table, rows } => (format!("reading {table}"), Some((0, rows))),
            Progress::Comparing => ("comparing".to_owned(), None),
            Progress::Writing { table } => (format!("writing {table}"), None),
        };
        *self = Self { step, rows, since: Instant::now() };
    }

    fn bar(&self) -> ProgressBar {
        let (bar, template) = match self.rows {
            Some((_, all)) => (ProgressBar::new(all), BAR),
            None => (ProgressBar::new_spinner(), SPINNER),
        };
        let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        bar.with_style(style).with_message(self.step.clone())
    }

    fn line(&self) -> String {
        let seconds = self.since.elapsed().as_secs();
        match self.rows {
            Some((read, all)) => format!("{}: {read} of {all} rows in {seconds} s", self.step),
            None => format!("{} for {seconds} s", self.step),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_the_step_and_its_progress() {
        let mut state = State { step: String::new(), rows: None, since: Instant::now() };

        state.take(Progress::Reading { table: "session", rows: 500 });
        state.take(Progress::Read(200));
        assert_eq!(state.line(), "reading session: 200 of 500 rows in 0 s");

        state.take(Progress::Writing { table: "session" });
        state.take(Progress::Waiting);
        assert_eq!(state.line(), "writing session for 0 s");
    }

    #[test]
    fn both_templates_are_valid() {
        for template in [BAR, SPINNER] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }
}
