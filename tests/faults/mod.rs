//! Faults around the server: lost databases, slow clients, floods, forged input, shutdown.

mod audit;
mod database_loss;
mod descriptors;
mod early_answers;
mod embedded;
mod fairness;
mod hash_queue;
mod idle_parking;
mod limits;
mod logs;
mod metrics;
mod protocol;
mod request_bodies;
mod shutdown;
mod slow_clients;
mod slow_readers;
mod throttle;
