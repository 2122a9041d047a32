//! What happens when something around the server breaks, hangs, floods or lies.

mod database_loss;
mod descriptors;
mod early_answers;
mod embedded;
mod limits;
mod logs;
mod metrics;
mod protocol;
mod resting;
mod shutdown;
mod slow_clients;
mod throttle;
