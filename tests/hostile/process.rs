//! The process around a scan: threads, stacks, signals.

use std::process::Command;

use super::{run_within, token, within};
use crate::common::{scratch, sprawl, write};

#[test]
fn numbers_of_threads_without_reason_are_cut() {
    let (_guard, root) = scratch();
    write(&root, "a.env", token(1));
    for number in ["99999", "4294967296"] {
        let run = run_within(20, &root, &["scan", "-q", "-j", number, "."]);
        assert_eq!(run.status, 1, "{}", run.stderr);
        assert!(run.stderr.contains(&format!("-j {number}: ")), "{}", run.stderr);
        let mut command = sprawl(&root);
        command.args(["scan", "-q", "."]).env("RAYON_NUM_THREADS", number);
        let run = within(20, command);
        assert_eq!(run.status, 1, "{}", run.stderr);
        assert!(run.stderr.contains("RAYON_NUM_THREADS 4294967296: ") || number == "99999");
    }
    let run = run_within(20, &root, &["scan", "-q", "-j", "8", "."]);
    assert_eq!((run.status, run.stderr.as_str()), (1, ""));
}

#[test]
fn the_stack_of_the_shell_does_not_matter() {
    let (_guard, root) = scratch();
    write(&root, "a.env", token(1));
    for (limit, environment) in [("128", ""), ("64", ""), ("8192", "RUST_MIN_STACK=4096")] {
        let script = format!("ulimit -s {limit}; {environment} exec \"$0\" scan -q .");
        let mut command = Command::new("sh");
        command.current_dir(&root).args(["-c", &script, env!("CARGO_BIN_EXE_sprawl")]);
        let run = within(60, command);
        assert_eq!(run.status, 1, "{limit} {environment}: {}", run.stderr);
    }
}

#[cfg(target_os = "linux")]
mod signals {
    use std::fs::File;
    use std::path::Path;
    use std::sync::atomic::{AtomicBool, Ordering};

    use sprawl::files::mapped::{self, Content};

    use super::*;

    /// What follows happens in a process of its own, which is this test run again.
    const CHILD: &str = "SPRAWL_TEST_OF_SIGNALS";

    static ASKED: AtomicBool = AtomicBool::new(false);

    /// A file that was cut short after `open` has had it.
    fn cut_short<T>(directory: &Path, open: impl FnOnce(File) -> T) -> T {
        let path = directory.join("large");
        std::fs::write(&path, vec![b'a'; 1 << 20]).unwrap();
        let opened = open(File::open(&path).unwrap());
        File::options().write(true).open(&path).unwrap().set_len(10).unwrap();
        opened
    }

    fn zeros(bytes: &[u8]) -> usize {
        bytes.iter().filter(|byte| **byte == 0).count()
    }

    #[expect(unsafe_code, reason = "a map that is none of ours")]
    fn foreign(file: File) -> memmap2::Mmap {
        // SAFETY: a file of this test.
        unsafe { memmap2::Mmap::map(&file) }.unwrap()
    }

    /// The handler of a program that sprawl is a library of.
    extern "C" fn leave(_signal: libc::c_int) {
        let status = if ASKED.load(Ordering::SeqCst) { 42 } else { 43 };
        #[expect(unsafe_code, reason = "a signal handler")]
        // SAFETY: safe in a signal handler.
        unsafe {
            libc::_exit(status)
        }
    }

    #[expect(unsafe_code, reason = "a handler that was there before")]
    fn install_leave() {
        // SAFETY: a function of the right type.
        unsafe {
            libc::signal(libc::SIGBUS, leave as *const () as usize);
        }
    }

    #[expect(clippy::exit, reason = "the status is what the parent looks at")]
    fn child(what: &str) {
        let (_guard, root) = scratch();
        match what {
            "library" => {
                install_leave();
                let content = cut_short(&root, |file| mapped::open(file).unwrap());
                assert!(matches!(content, Content::Read(_)));
                assert_eq!(zeros(content.bytes()), 0);
                std::process::exit(7);
            }
            "own" => {
                mapped::answer();
                let content = cut_short(&root, |file| mapped::open(file).unwrap());
                assert!(!mapped::take_lost());
                assert!(zeros(content.bytes()) >= (1 << 20) - 4096);
                assert!(mapped::take_lost() && !mapped::take_lost());
                std::process::exit(7);
            }
            "foreign" => {
                install_leave();
                mapped::answer();
                let ours = cut_short(&root, |file| mapped::open(file).unwrap());
                assert!(zeros(ours.bytes()) > 0);
                let theirs = cut_short(&root, foreign);
                ASKED.store(true, Ordering::SeqCst);
                std::process::exit(i32::from(zeros(&theirs) > 0));
            }
            "after" => {
                // A map that is gone is no longer ours.
                install_leave();
                mapped::answer();
                drop(cut_short(&root, |file| mapped::open(file).unwrap()));
                let theirs = cut_short(&root, foreign);
                ASKED.store(true, Ordering::SeqCst);
                std::process::exit(i32::from(zeros(&theirs) > 0));
            }
            _ => {
                // Nobody was there before.
                mapped::answer();
                let theirs = cut_short(&root, foreign);
                std::process::exit(i32::from(zeros(&theirs) > 0));
            }
        }
    }

    #[test]
    fn the_handler_answers_for_its_own_maps_only() {
        use std::os::unix::process::ExitStatusExt as _;
        if let Ok(what) = std::env::var(CHILD) {
            return child(&what);
        }
        let name = "hostile::process::signals::the_handler_answers_for_its_own_maps_only";
        for (what, status, signal) in [
            ("library", Some(7), None),
            ("own", Some(7), None),
            ("foreign", Some(42), None),
            ("after", Some(42), None),
            ("alone", None, Some(libc::SIGBUS)),
        ] {
            let mut command = Command::new(std::env::current_exe().unwrap());
            command.args([name, "--exact", "--nocapture"]).env(CHILD, what);
            let done = command.output().unwrap();
            let said = String::from_utf8_lossy(&done.stderr);
            assert_eq!(
                (done.status.code(), done.status.signal()),
                (status, signal),
                "{what} {said}"
            );
        }
    }
}
