//! `conform` can fail: every fault is found, and named by the rule that it breaks; and our own server has none.

mod command;
mod documentation;
mod faults;
mod mock;
mod own_server;
mod proxy;

use immich_conform::{Contract, Options, ProgressBar, Report, Waivers};

fn contract() -> Contract {
    Contract::parse(immich_api::CONTRACT).expect("the contract can be checked")
}

async fn checked(options: &Options) -> Report {
    immich_conform::run(&contract(), options, &Waivers::default(), ProgressBar::hidden())
        .await
        .unwrap_or_else(|error| panic!("no verdict: {error}"))
}
