//! `conform` finds every fault and names the rule that it breaks, and finds none in our own server.

mod command;
mod documentation;
mod ended_early;
mod faults;
mod mock;
mod no_verdict;
mod original;
mod own_server;
mod proxy;
mod relay;
mod reports;
mod transport;

pub(crate) use own_server::assert_conforming;

use immich_conform::{Contract, Control, Options, Report, Waivers};

fn contract() -> Contract {
    Contract::parse(immich_api::CONTRACT).expect("the contract can be checked")
}

pub(crate) async fn checked(options: &Options) -> Report {
    immich_conform::run(&contract(), options, &Waivers::default(), Control::default())
        .await
        .unwrap_or_else(|error| panic!("could not check the server: {error}"))
}
