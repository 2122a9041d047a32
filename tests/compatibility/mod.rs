//! Details of upstream's behavior that the recorded cases do not cover, or cover with one example only.

mod answers;
mod bodies;
mod credentials;
mod cross_site;
mod fault_order;
mod mobile_app;
mod routing;
