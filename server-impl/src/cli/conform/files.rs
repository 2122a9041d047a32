//! The files that reports are written to, also while the run goes on.

use crate::cli::Failure;
use crate::cli::args::Reports;
use immich_conform::{ContractFile, Report};
use std::fs;
use std::path::{Path, PathBuf};

/// A format of the report.
type Render<'a> = Box<dyn Fn(&Report) -> Result<String, Failure> + 'a>;

/// The files that reports are written to.
pub(super) struct ReportFiles<'a>(Vec<ReportFile<'a>>);

struct ReportFile<'a> {
    path: &'a Path,
    render: Render<'a>,
}

impl<'a> ReportFiles<'a> {
    /// The files of the command line, after a check that they can be written.
    pub(super) fn open(arguments: &'a Reports, contract: &'a ContractFile) -> Result<Self, Failure> {
        let requested: [(&Option<PathBuf>, Render<'a>); 6] = [
            (&arguments.junit, Box::new(|report| Ok(report.to_junit()?))),
            (&arguments.json, Box::new(|report| Ok(report.to_json()?))),
            (&arguments.html, Box::new(|report| Ok(report.to_html()))),
            (&arguments.sarif, Box::new(|report| Ok(format!("{:#}\n", report.to_sarif(contract))))),
            (&arguments.markdown, Box::new(|report| Ok(report.to_markdown()))),
            (&arguments.har, Box::new(|report| Ok(format!("{:#}\n", report.to_har())))),
        ];
        let files =
            requested.into_iter().filter_map(|(path, render)| Some(ReportFile { path: path.as_deref()?, render }));
        let files = Self(files.collect());
        files.0.iter().try_for_each(ReportFile::check)?;
        Ok(files)
    }

    /// The file that accepts the findings of the run, if one is requested.
    pub(super) fn baseline(arguments: &'a Reports) -> Result<Self, Failure> {
        let render: Render<'a> = Box::new(|report| Ok(report.to_baseline().to_toml()));
        let file = arguments.write_baseline.as_deref().map(|path| ReportFile { path, render });
        let file = Self(file.into_iter().collect());
        file.0.iter().try_for_each(ReportFile::check)?;
        Ok(file)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes all files, each in one step: a reader never sees half a report.
    pub(super) fn write(&self, report: &Report) -> Result<(), Failure> {
        self.0.iter().try_for_each(|file| file.write(report))
    }
}

impl ReportFile<'_> {
    /// Whether the path is something other than a file, for instance `/dev/stdout`: it cannot be replaced.
    fn is_special(&self) -> bool {
        fs::metadata(self.path).is_ok_and(|metadata| !metadata.is_file())
    }

    /// Checks that the file can be written, without changing it.
    fn check(&self) -> Result<(), Failure> {
        if self.path.is_dir() {
            return Err(self.failed(&"it is a folder"));
        }
        if self.is_special() {
            return fs::OpenOptions::new().write(true).open(self.path).map(drop).map_err(|error| self.failed(&error));
        }
        let temporary = self.temporary()?;
        fs::write(&temporary, "").and_then(|()| fs::remove_file(&temporary)).map_err(|error| self.failed(&error))
    }

    fn write(&self, report: &Report) -> Result<(), Failure> {
        let text = (self.render)(report)?;
        if self.is_special() {
            // What was written to it stays: only the whole report is.
            return match report.incomplete {
                Some(_) => Ok(()),
                None => fs::write(self.path, text).map_err(|error| self.failed(&error)),
            };
        }
        let temporary = self.temporary()?;
        let written = fs::write(&temporary, text).and_then(|()| fs::rename(&temporary, self.target()));
        written.map_err(|error| {
            // It may not exist.
            let _ = fs::remove_file(&temporary);
            self.failed(&error)
        })
    }

    /// The file itself: a symbolic link stays one.
    fn target(&self) -> PathBuf {
        fs::canonicalize(self.path).unwrap_or_else(|_| self.path.to_owned())
    }

    /// A file in the same folder, which can become the report by a rename.
    fn temporary(&self) -> Result<PathBuf, Failure> {
        let target = self.target();
        let name = target.file_name().ok_or_else(|| self.failed(&"it is not the name of a file"))?;
        Ok(target.with_file_name(format!(".{}.{}", name.to_string_lossy(), std::process::id())))
    }

    fn failed(&self, reason: &dyn std::fmt::Display) -> Failure {
        format!("could not write {}: {reason}", self.path.display()).into()
    }
}
