//! Large files in memory without reading them, and what happens when one is cut short meanwhile.
//!
//! Reading past the new end of a mapped file raises SIGBUS. The handler here puts a page of zeros
//! under the address and notes the loss; the scan goes on, and the file becomes a problem. macOS
//! reads instead of mapping (as ripgrep does); Windows does not let a mapped file be cut short.

use std::fs::File;
use std::io::{self, Read};

/// Files from this size on are mapped; measured crossover between 64 and 256 KiB.
pub const MAP_FROM: u64 = 256 * 1024;

/// The bytes of a large file.
#[derive(Debug)]
pub enum Content {
    /// Mapped.
    Mapped(memmap2::Mmap),
    /// Read, where mapping is not to be had.
    Read(Vec<u8>),
}

impl Content {
    /// The bytes.
    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Mapped(map) => map,
            Self::Read(bytes) => bytes,
        }
    }
}

/// Maps a regular file, or reads it where maps are not used or fail.
///
/// # Errors
/// The file can be neither mapped nor read.
pub fn open(mut file: File) -> io::Result<Content> {
    if cfg!(not(target_os = "macos")) {
        truncation::watch();
        if let Ok(map) = map(&file) {
            return Ok(Content::Mapped(map));
        }
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Content::Read(bytes))
}

/// Maps a file that its owner never changes in place, like a pack of git's, whatever its size and
/// on every system; reads it where it cannot be mapped.
///
/// # Errors
/// The file can be neither mapped nor read.
pub fn map_unchanging(mut file: File) -> io::Result<Content> {
    truncation::watch();
    if let Ok(map) = map(&file) {
        return Ok(Content::Mapped(map));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    Ok(Content::Read(bytes))
}

#[expect(unsafe_code, reason = "a map of a file that others may change cannot be proved safe")]
fn map(file: &File) -> io::Result<memmap2::Mmap> {
    // SAFETY: another process may change the file while it is mapped. Changed bytes are only read
    // as plain bytes, by code that is right for any bytes; a cut raises SIGBUS, which `truncation`
    // handles. That an optimiser relies on the bytes staying equal between two reads remains a
    // risk in theory; `--no-mmap` avoids it.
    unsafe { memmap2::Mmap::map(file) }
}

pub use truncation::take_lost;

#[cfg(all(unix, not(target_os = "macos")))]
mod truncation {
    use std::cell::Cell;
    use std::sync::Once;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static INSTALL: Once = Once::new();
    static PAGE: AtomicUsize = AtomicUsize::new(4096);

    thread_local! {
        static LOST: Cell<bool> = const { Cell::new(false) };
    }

    /// Whether this thread touched a lost page since it was last asked.
    pub fn take_lost() -> bool {
        LOST.with(|lost| lost.replace(false))
    }

    /// Installs the handler, once for the process.
    #[expect(unsafe_code, reason = "signal handlers have no safe interface")]
    pub(super) fn watch() {
        INSTALL.call_once(|| {
            // SAFETY: sysconf has no preconditions. sigaction gets a zeroed structure with a
            // handler of the right signature; the handler calls only mmap and touches only an
            // atomic and a thread-local that needs no initialisation.
            unsafe {
                let page = libc::sysconf(libc::_SC_PAGESIZE);
                PAGE.store(usize::try_from(page).unwrap_or(4096), Ordering::Relaxed);
                let mut action: libc::sigaction = std::mem::zeroed();
                action.sa_sigaction = replace_page as *const () as usize;
                action.sa_flags = libc::SA_SIGINFO;
                libc::sigemptyset(&raw mut action.sa_mask);
                libc::sigaction(libc::SIGBUS, &raw const action, std::ptr::null_mut());
            }
        });
    }

    #[expect(unsafe_code, reason = "called by the kernel")]
    extern "C" fn replace_page(
        signal: libc::c_int,
        info: *mut libc::siginfo_t,
        _context: *mut libc::c_void,
    ) {
        // SAFETY: the kernel passes a valid siginfo for SIGBUS. Only faults past the end of a
        // mapped file (BUS_ADRERR) are answered, by a private page of zeros at the faulting
        // address, which belongs to that map. Everything else gets the default action back.
        unsafe {
            let page = PAGE.load(Ordering::Relaxed);
            let address = (*info).si_addr() as usize & !(page - 1);
            let replaced = (*info).si_code == libc::BUS_ADRERR
                && libc::mmap(
                    address as *mut libc::c_void,
                    page,
                    libc::PROT_READ,
                    libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED,
                    -1,
                    0,
                ) != libc::MAP_FAILED;
            if replaced {
                LOST.with(|lost| lost.set(true));
            } else {
                libc::signal(signal, libc::SIG_DFL);
            }
        }
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod truncation {
    /// Nothing is ever lost: files are read, or cannot be cut short.
    pub fn take_lost() -> bool {
        false
    }

    pub(super) fn watch() {}
}
