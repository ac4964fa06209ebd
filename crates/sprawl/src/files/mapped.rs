//! Large files in memory without reading them, and what happens when one is cut short meanwhile.
//!
//! Reading past the new end of a mapped file raises SIGBUS. A program that installs the handler of
//! this module gets a page of zeros under the address and a note of the loss; the scan goes on, and
//! the file becomes a problem. The handler answers for maps made here and passes everything else on
//! to whoever was there before. Where it is not installed, files are read instead of mapped: a
//! library does not change how the process around it handles signals. macOS reads, too (as ripgrep
//! does); Windows does not let a mapped file be cut short.

use std::fs::File;
use std::io::{self, Read};
use std::ops::Deref;

/// Files from this size on are mapped; measured crossover between 64 and 256 KiB.
pub const MAP_FROM: u64 = 256 * 1024;

/// The bytes of a large file.
#[derive(Debug)]
pub enum Content {
    /// Mapped.
    Mapped(Map),
    /// Read, where mapping is not to be had.
    Read(Vec<u8>),
}

impl Content {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        self
    }
}

impl Deref for Content {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => &map.map,
            Self::Read(bytes) => bytes,
        }
    }
}

/// A mapped file.
#[derive(Debug)]
pub struct Map {
    // In this order: nothing is answered for any more when the map goes.
    _watch: truncation::Watch,
    map: memmap2::Mmap,
}

/// Maps a regular file, or reads it where maps are not used or fail.
///
/// # Errors
/// The file can be neither mapped nor read.
pub fn open(file: File) -> io::Result<Content> {
    if cfg!(target_os = "macos") { read(file) } else { map_unchanging(file) }
}

/// Maps a file that its owner never changes in place, like a pack of git's, whatever its size; reads
/// it where it cannot be mapped.
///
/// # Errors
/// The file can be neither mapped nor read.
pub fn map_unchanging(file: File) -> io::Result<Content> {
    match map(&file) {
        Some(map) => Ok(Content::Mapped(map)),
        None => read(file),
    }
}

/// Maps a file of any size where maps are used; nothing if it has to be read.
pub fn map_only(file: &File) -> Option<Content> {
    if cfg!(target_os = "macos") { None } else { map(file).map(Content::Mapped) }
}

fn read(mut file: File) -> io::Result<Content> {
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Content::Read(bytes))
}

#[expect(unsafe_code, reason = "a map of a file that others may change cannot be proved safe")]
fn map(file: &File) -> Option<Map> {
    let watch = truncation::Watch::new()?;
    // SAFETY: another process may change the file while it is mapped. Changed bytes are only read
    // as plain bytes, by code that is right for any bytes; a cut raises SIGBUS, which `truncation`
    // handles. That an optimiser relies on the bytes staying equal between two reads remains a
    // risk in theory; `--no-mmap` avoids it.
    let map = unsafe { memmap2::Mmap::map(file) }.ok()?;
    watch.begin(map.as_ptr() as usize, map.len());
    Some(Map { _watch: watch, map })
}

pub use truncation::{answer, take_lost};

#[cfg(all(unix, not(target_os = "macos")))]
mod truncation {
    use std::cell::Cell;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
    use std::sync::{Once, OnceLock};

    /// Maps at a time; further files are read. A signal handler can take no lock and use no memory of
    /// the allocator: what it looks through has a fixed size.
    const MOST: usize = 4096;

    /// Where a map lies: its first address, and how many bytes it has. A place that is free has no
    /// bytes.
    struct Place {
        taken: AtomicBool,
        start: AtomicUsize,
        length: AtomicUsize,
    }

    static PLACES: [Place; MOST] = [const {
        Place {
            taken: AtomicBool::new(false),
            start: AtomicUsize::new(0),
            length: AtomicUsize::new(0),
        }
    }; MOST];

    static INSTALL: Once = Once::new();
    static PAGE: AtomicUsize = AtomicUsize::new(4096);

    /// Who handled the signal before.
    static BEFORE: OnceLock<libc::sigaction> = OnceLock::new();

    thread_local! {
        static LOST: Cell<bool> = const { Cell::new(false) };
    }

    /// Whether this thread touched a lost page since it was last asked.
    pub fn take_lost() -> bool {
        LOST.with(|lost| lost.replace(false))
    }

    /// A place in the list of maps, free again when it is dropped.
    #[derive(Debug)]
    pub(super) struct Watch(usize);

    impl Watch {
        /// Takes a place; none where nobody would answer, or all are taken.
        pub(super) fn new() -> Option<Self> {
            if !INSTALL.is_completed() {
                return None;
            }
            let take = |place: &Place| {
                !place.taken.load(Ordering::Relaxed) && !place.taken.swap(true, Ordering::AcqRel)
            };
            PLACES.iter().position(take).map(Self)
        }

        /// From now on the handler answers for these bytes.
        pub(super) fn begin(&self, start: usize, length: usize) {
            PLACES[self.0].start.store(start, Ordering::Release);
            PLACES[self.0].length.store(length, Ordering::Release);
        }
    }

    impl Drop for Watch {
        fn drop(&mut self) {
            PLACES[self.0].length.store(0, Ordering::Release);
            PLACES[self.0].taken.store(false, Ordering::Release);
        }
    }

    fn is_ours(address: usize) -> bool {
        PLACES.iter().any(|place| {
            let length = place.length.load(Ordering::Acquire);
            let start = place.start.load(Ordering::Acquire);
            length > 0 && address >= start && address - start < length
        })
    }

    /// Installs the handler, once for the process: for programs, not for libraries.
    #[expect(unsafe_code, reason = "signal handlers have no safe interface")]
    pub fn answer() {
        INSTALL.call_once(|| {
            // SAFETY: sysconf has no preconditions. sigaction gets zeroed structures of its own, the
            // first to be filled with what is installed now, the second with a handler of the right
            // signature. That handler reads atomics, a value that is set before it can run, and a
            // thread-local that needs no initialisation; besides it calls mmap, sigaction and raise,
            // and whoever handled the signal before.
            unsafe {
                let page = libc::sysconf(libc::_SC_PAGESIZE);
                PAGE.store(usize::try_from(page).unwrap_or(4096), Ordering::Relaxed);
                let mut before: libc::sigaction = std::mem::zeroed();
                libc::sigaction(libc::SIGBUS, std::ptr::null(), &raw mut before);
                BEFORE.get_or_init(|| before);
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = on_bus_error as *const () as usize;
                // On the stack for signals, where std notices that the other one has overflown.
                action.sa_flags = libc::SA_SIGINFO | libc::SA_ONSTACK;
                libc::sigemptyset(&raw mut action.sa_mask);
                libc::sigaction(libc::SIGBUS, &raw const action, std::ptr::null_mut());
            }
        });
    }

    #[expect(unsafe_code, reason = "called by the kernel")]
    extern "C" fn on_bus_error(
        signal: libc::c_int,
        info: *mut libc::siginfo_t,
        context: *mut libc::c_void,
    ) {
        // SAFETY: the kernel passes a valid siginfo for SIGBUS. Only faults past the end of a mapped
        // file (BUS_ADRERR) within a map of ours, which lives as long as it is listed, are answered:
        // by a private page of zeros at the faulting address, which belongs to that map.
        unsafe {
            let address = (*info).si_addr() as usize;
            if (*info).si_code == libc::BUS_ADRERR && is_ours(address) {
                let page = PAGE.load(Ordering::Relaxed);
                let replaced = libc::mmap(
                    (address & !(page - 1)) as *mut libc::c_void,
                    page,
                    libc::PROT_READ,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED,
                    -1,
                    0,
                );
                if replaced != libc::MAP_FAILED {
                    LOST.with(|lost| lost.set(true));
                    return;
                }
            }
            pass_on(signal, info, context);
        }
    }

    /// Lets whoever was there before handle a signal.
    ///
    /// # Safety
    /// Called by the handler, with what the kernel passed to it.
    #[expect(unsafe_code, reason = "calls what another signal handler was installed as")]
    unsafe fn pass_on(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
        let Some(before) = BEFORE.get() else { return };
        // SAFETY: the kernel passes a valid siginfo for SIGBUS.
        let sent_by_a_process = unsafe { (*info).si_code <= 0 };
        match before.sa_sigaction {
            libc::SIG_IGN if sent_by_a_process => {}
            libc::SIG_IGN | libc::SIG_DFL => {
                // SAFETY: puts back what sigaction gave. A fault is raised again when this returns,
                // what was sent has to be sent again; either waits until then.
                unsafe {
                    libc::sigaction(signal, before, std::ptr::null_mut());
                    if sent_by_a_process {
                        libc::raise(signal);
                    }
                }
            }
            handler if before.sa_flags & libc::SA_SIGINFO != 0 => {
                type Handler = extern "C" fn(libc::c_int, *mut libc::siginfo_t, *mut libc::c_void);
                // SAFETY: with SA_SIGINFO, the address of a function of this type.
                let handler = unsafe { std::mem::transmute::<usize, Handler>(handler) };
                handler(signal, info, context);
            }
            handler => {
                // SAFETY: without it, the address of a function of this one.
                let handler =
                    unsafe { std::mem::transmute::<usize, extern "C" fn(libc::c_int)>(handler) };
                handler(signal);
            }
        }
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod truncation {
    /// Nobody needs to be asked: files are read, or cannot be cut short.
    #[derive(Debug)]
    pub(super) struct Watch;

    impl Watch {
        pub(super) fn new() -> Option<Self> {
            Some(Self)
        }

        pub(super) fn begin(&self, _start: usize, _length: usize) {}
    }

    /// Nothing is ever lost.
    pub fn take_lost() -> bool {
        false
    }

    /// There is nothing to install.
    pub fn answer() {}
}
