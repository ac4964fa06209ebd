//! Threads: how many, and with which stacks.

use std::num::NonZero;
use std::thread;

use rayon::{Scope, ThreadPool, ThreadPoolBuilder};

/// Threads that are always allowed; more than these and twice the processors only cost memory.
const ALWAYS: usize = 64;

/// Stack of a thread: 8 MiB, what the main thread of a program has on Linux and macOS. Said here
/// because the limit of the shell (`ulimit -s`) and `RUST_MIN_STACK` may be anything.
pub const STACK: usize = 8 << 20;

/// Environment variable by which rayon is told how many threads to use.
const VARIABLE: &str = "RAYON_NUM_THREADS";

/// How many threads a scan uses, if so many are asked for; 0 means one for each processor.
pub fn number(wanted: usize) -> usize {
    match asked(wanted) {
        Some((number, _)) => number.min(most()),
        None => processors(),
    }
}

/// What is to be said if fewer threads are used than are asked for.
pub fn warning(wanted: usize) -> Option<String> {
    let (number, by) = asked(wanted)?;
    let used = self::number(wanted);
    (used < number).then(|| format!("{by} {number}: {used} threads are used; more do not help"))
}

/// The threads of a scan, numbered, so that each can have something of its own.
#[derive(Debug)]
pub struct Pool(ThreadPool);

impl Pool {
    /// Starts so many threads, up to a limit; 0 means one for each processor.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn new(wanted: usize) -> Result<Self, String> {
        ThreadPoolBuilder::new()
            .num_threads(number(wanted))
            .stack_size(STACK)
            .build()
            .map(Self)
            .map_err(|error| format!("threads cannot be started: {error}; try fewer with -j"))
    }

    /// Number of threads.
    pub fn threads(&self) -> usize {
        self.0.current_num_threads()
    }

    /// Runs parallel iterators on the threads.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        self.0.install(work)
    }

    /// Runs tasks on the threads and waits for all of them.
    pub fn scope<'s, R: Send>(&'s self, tasks: impl FnOnce(&Scope<'s>) -> R + Send) -> R {
        self.0.scope(tasks)
    }

    /// Number of the thread that this runs on, from 0.
    pub fn thread(&self) -> usize {
        self.0.current_thread_index().unwrap_or(0)
    }
}

/// The number that was asked for, and how.
fn asked(wanted: usize) -> Option<(usize, &'static str)> {
    if wanted > 0 {
        return Some((wanted, "-j"));
    }
    let number = std::env::var(VARIABLE).ok()?.parse().ok().filter(|number| *number > 0)?;
    Some((number, VARIABLE))
}

fn most() -> usize {
    ALWAYS.max(2 * processors())
}

fn processors() -> usize {
    thread::available_parallelism().map_or(1, NonZero::get)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_without_reason_is_cut() {
        assert_eq!((number(3), warning(3)), (3, None));
        assert_eq!((number(ALWAYS), warning(ALWAYS)), (ALWAYS, None));
        for many in [most() + 1, 99_999, usize::MAX] {
            assert_eq!(number(many), most());
            assert!(warning(many).unwrap().contains(&most().to_string()));
        }
        assert_eq!(Pool::new(2).unwrap().threads(), 2);
    }
}
