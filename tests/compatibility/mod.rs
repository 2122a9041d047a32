//! Rules of upstream's wire that the recorded cases do not hold, or hold in one example only.

mod answers;
mod bodies;
mod credentials;
mod fault_order;
mod mobile_app;
mod routing;
