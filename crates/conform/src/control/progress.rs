//! How far a run is: a bar on a terminal, lines elsewhere.

use indicatif::{ProgressBar, ProgressStyle};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Shows on standard error how far a run is. The default shows nothing.
#[derive(Debug, Clone)]
pub struct Progress {
    bar: ProgressBar,
    lines: bool,
}

impl Default for Progress {
    fn default() -> Self {
        Self { bar: ProgressBar::hidden(), lines: false }
    }
}

/// Counts that lines show. Clones share them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Status {
    pub(crate) requests: Arc<AtomicUsize>,
    pub(crate) findings: Arc<AtomicUsize>,
}

impl Progress {
    /// A bar, for a terminal.
    #[must_use]
    pub fn bar() -> Self {
        let bar = ProgressBar::new(0);
        // The template is constant and valid; without it the bar would only look plainer.
        if let Ok(style) = ProgressStyle::with_template("{bar:32.cyan/dim} {percent:>3} %  {wide_msg}") {
            bar.set_style(style);
        }
        Self { bar, lines: false }
    }

    /// A line every few seconds, for logs.
    #[must_use]
    pub fn lines() -> Self {
        Self { bar: ProgressBar::hidden(), lines: true }
    }

    /// What the run advances.
    pub(crate) fn handle(&self) -> ProgressBar {
        self.bar.clone()
    }

    /// Prints a line, if it shows lines.
    pub(crate) fn print_line(&self, status: &Status) {
        if self.lines {
            eprintln!("{}", self.line(status));
        }
    }

    /// `conform: 41 %, constraints updateMyUser, 312 requests, 2 findings`
    fn line(&self, status: &Status) -> String {
        let percent =
            (self.bar.position() * 100).checked_div(self.bar.length().unwrap_or_default()).unwrap_or_default();
        let count = |counter: &AtomicUsize, one: &str| {
            let count = counter.load(Ordering::Relaxed);
            format!("{count} {one}{}", if count == 1 { "" } else { "s" })
        };
        let at = match self.bar.message() {
            empty if empty.is_empty() => "starting".to_owned(),
            message => message,
        };
        let (requests, findings) = (count(&status.requests, "request"), count(&status.findings, "finding"));
        format!("conform: {percent} %, {at}, {requests}, {findings}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_how_far_a_run_is() {
        let (progress, status) = (Progress::lines(), Status::default());
        assert_eq!(progress.line(&status), "conform: 0 %, starting, 0 requests, 0 findings");

        let run = progress.handle();
        run.set_length(8);
        run.inc(3);
        run.set_message("constraints updateMyUser");
        status.requests.store(312, Ordering::Relaxed);
        status.findings.store(1, Ordering::Relaxed);

        assert_eq!(progress.line(&status), "conform: 37 %, constraints updateMyUser, 312 requests, 1 finding");
    }
}
