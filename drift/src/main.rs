//! Proves by mutation that no change of the contract goes unnoticed.
mod edit;
mod mutant;
mod mutate;
fn main() {
    let read = |source: mutant::Source| -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(source.path()).unwrap()).unwrap()
    };
    let s = mutant::Sources { contract: read(mutant::Source::Contract), overlay: read(mutant::Source::Overlay) };
    let t = std::time::Instant::now();
    let m = mutate::all(&s).unwrap();
    eprintln!("{} in {:?}", m.len(), t.elapsed());
    let mut c = std::collections::BTreeMap::new();
    for x in &m { *c.entry(x.kind).or_insert(0)+=1; }
    for (k,n) in c { println!("{n:5} {k}"); }
}
#[test]
fn probe() {
    let read = |source: mutant::Source| -> serde_json::Value {
        serde_json::from_str(&std::fs::read_to_string(std::path::Path::new("..").join(source.path())).unwrap()).unwrap()
    };
    let s = mutant::Sources { contract: read(mutant::Source::Contract), overlay: read(mutant::Source::Overlay) };
    let n = 200;
    let t = std::time::Instant::now();
    for _ in 0..n { std::hint::black_box(s.contract.clone()); }
    eprintln!("clone {:?}", t.elapsed()/n);
    let t = std::time::Instant::now();
    for _ in 0..n { std::hint::black_box(immich_contract::effective(&s.contract,&s.overlay).unwrap()); }
    eprintln!("effective {:?}", t.elapsed()/n);
    let a = immich_contract::effective(&s.contract,&s.overlay).unwrap();
    let b = a.clone();
    let t = std::time::Instant::now();
    for _ in 0..n { std::hint::black_box(a==b); }
    eprintln!("eq {:?}", t.elapsed()/n);
    let t = std::time::Instant::now();
    for _ in 0..n { std::hint::black_box(format!("{a:#}")); }
    eprintln!("text {:?}", t.elapsed()/n);
}
