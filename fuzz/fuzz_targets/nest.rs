//! Containers of all kinds that are opened, and what is in them: within the budget, and from a stream as
//! well as from memory.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secret_sprawl_fuzz::nests::assert_within_budget;

fuzz_target!(|data: &[u8]| assert_within_budget("fuzz", data));
