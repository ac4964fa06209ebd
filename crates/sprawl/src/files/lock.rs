//! A lock on the decisions of a project, so that commands that read, change and write them back
//! come one after the other.

use std::fs::{File, TryLockError};
use std::io;
use std::path::Path;

use super::place;

/// Name of the lock, below the root of the project, where a directory cannot be locked: on Windows,
/// and on some network file systems.
const FILE: &str = ".sprawl/lock";

/// The lock; let go when it is dropped.
#[derive(Debug)]
pub struct Lock {
    _file: File,
}

/// Takes the lock of a project, and waits for it; says so before it waits.
///
/// # Errors
/// The file system has no locks, or the file cannot be made.
pub fn lock(root: &Path, on_wait: impl FnOnce()) -> io::Result<Lock> {
    // The root itself: it is there, and a lock on it leaves nothing behind.
    if cfg!(unix)
        && let Ok(directory) = File::open(root)
    {
        match directory.try_lock() {
            Ok(()) => return Ok(Lock { _file: directory }),
            Err(TryLockError::WouldBlock) => {
                on_wait();
                directory.lock()?;
                return Ok(Lock { _file: directory });
            }
            Err(TryLockError::Error(_)) => {}
        }
    }
    let path = place::below(root, FILE)?;
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let file = File::options().create(true).truncate(false).write(true).open(path)?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            on_wait();
            file.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error),
    }
    Ok(Lock { _file: file })
}

/// Whether a file that could not be read is the lock, held by another command: Windows then lets
/// nobody else read it. There is nothing in it.
pub fn is_held(path: &Path) -> bool {
    cfg!(windows)
        && path.ends_with(FILE)
        && std::fs::symlink_metadata(path).is_ok_and(|lock| lock.is_file() && lock.len() == 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;

    #[test]
    fn one_after_the_other() {
        let root = tempfile::tempdir().unwrap();
        let (inside, waited) = (Mutex::new(()), Mutex::new(0));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let _lock = lock(root.path(), || *waited.lock().unwrap() += 1).unwrap();
                    let _alone = inside.try_lock().unwrap();
                    std::thread::sleep(std::time::Duration::from_millis(20));
                });
            }
        });
        assert!(*waited.lock().unwrap() > 0);
    }
}
