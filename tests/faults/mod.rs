//! Faults around the server: lost databases, slow clients, floods, forged input, shutdown.

mod database_loss;
mod descriptors;
mod early_answers;
mod embedded;
mod idle_parking;
mod limits;
mod logs;
mod metrics;
mod protocol;
mod request_bodies;
mod shutdown;
mod slow_clients;
mod throttle;
