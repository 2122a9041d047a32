//! Variables that upstream documents and this program does not use. They are known, so that an environment written for
//! upstream is not reported as full of spelling mistakes.
//!
//! Source: upstream's documentation, pages "Environment Variables", "Jobs and Workers", "Monitoring" and "System
//! Integrity", also of earlier releases, and "The Immich CLI".

/// A variable that has no effect on this program.
#[derive(Clone, Copy, Debug)]
pub struct Unused {
    /// Its name.
    pub name: &'static str,
    /// Why it has no effect, as Markdown.
    pub reason: &'static str,
}

const MEDIA: &str = "This server stores no media files";
const COMPOSE: &str = "Read by upstream's `docker-compose.yml` only";
const WORKERS: &str = "This server has no workers";
const TELEMETRY: &str = "Metrics are on if `IMMICH_API_METRICS_PORT` is set";
const CLIENT: &str = "Read by upstream's command line client";

/// All such variables, by name.
pub static UNUSED: &[Unused] = &[
    unused("DB_DATA_LOCATION", COMPOSE),
    unused("DB_STORAGE_TYPE", "Read by upstream's image of PostgreSQL"),
    unused("DB_VECTOR_EXTENSION", "This server does not search by vectors"),
    unused("IMMICH_API_KEY", CLIENT),
    unused("IMMICH_API_METRICS", TELEMETRY),
    unused("IMMICH_CONFIG_DIR", CLIENT),
    unused("IMMICH_HELMET_FILE", "This server serves no web interface"),
    unused("IMMICH_HOST_METRICS", TELEMETRY),
    unused("IMMICH_IGNORE_MOUNT_CHECK_ERRORS", MEDIA),
    unused("IMMICH_INSTANCE_URL", CLIENT),
    unused("IMMICH_IO_METRICS", TELEMETRY),
    unused("IMMICH_JOB_METRICS", TELEMETRY),
    unused("IMMICH_MACHINE_LEARNING_URL", "This server does not use machine learning"),
    unused("IMMICH_MEDIA_LOCATION", MEDIA),
    unused("IMMICH_METRICS", TELEMETRY),
    unused("IMMICH_MICROSERVICES_METRICS_PORT", WORKERS),
    unused("IMMICH_PROCESS_INVALID_IMAGES", MEDIA),
    unused("IMMICH_REVERSE_GEOCODING_ROOT", "This server looks up no places"),
    unused("IMMICH_SERVER_URL", "Read by earlier releases of upstream's web server"),
    unused("IMMICH_TELEMETRY_EXCLUDE", TELEMETRY),
    unused("IMMICH_TELEMETRY_INCLUDE", TELEMETRY),
    unused("IMMICH_VERSION", COMPOSE),
    unused("IMMICH_WORKERS_EXCLUDE", WORKERS),
    unused("IMMICH_WORKERS_INCLUDE", WORKERS),
];

const fn unused(name: &'static str, reason: &'static str) -> Unused {
    Unused { name, reason }
}
