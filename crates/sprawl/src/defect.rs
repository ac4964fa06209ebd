//! Defects of sprawl itself. A panic ends a part of the work, which is then a problem like any
//! other. It is told by the place in our source where it happened, never by its message: that may
//! hold a piece of what was scanned.

use std::any::Any;
use std::cell::RefCell;
use std::fmt;
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Mutex, PoisonError};

/// A panic that was caught.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Defect {
    /// File and line of our source, where the program notes them.
    place: Option<String>,
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.as_ref().map_or(String::new(), |place| format!(" ({place})"));
        write!(f, "a defect in sprawl{place}; please report it")
    }
}

impl Defect {
    /// What ended a thread.
    pub fn of_thread(_payload: Box<dyn Any + Send>) -> Self {
        Self::last()
    }

    fn last() -> Self {
        // A panic of another thread is passed on to whoever waits for it.
        let own = OWN.with(RefCell::take);
        let any = ANY.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Self { place: own.or(any) }
    }
}

thread_local! {
    static OWN: RefCell<Option<String>> = const { RefCell::new(None) };
}

static ANY: Mutex<Option<String>> = Mutex::new(None);

/// From now on panics are noted and not written to standard error, in the whole process: for
/// programs, not for libraries.
pub fn note_panics() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(|at| format!("{}:{}", at.file(), at.line()));
        ANY.lock().unwrap_or_else(PoisonError::into_inner).clone_from(&place);
        OWN.with(|own| own.replace(place));
    }));
}

/// Does a part of the work.
///
/// # Errors
/// It ended in a panic. What it worked on may be half done.
pub fn caught<T>(part: impl FnOnce() -> T) -> Result<T, Defect> {
    panic::catch_unwind(AssertUnwindSafe(part)).map_err(|_| Defect::last())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_told_without_its_message() {
        assert_eq!(caught(|| 7), Ok(7));
        let text = "hunter2".to_owned();
        let defect = caught(|| panic!("{text}")).unwrap_err().to_string();
        assert!(defect.starts_with("a defect in sprawl"), "{defect}");
        assert!(!defect.contains("hunter2"), "{defect}");
    }
}
