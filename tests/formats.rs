//! Reports as those read them for whom they are made. Readers that must be installed first are in
//! `validate-reports.sh`.

mod csv;
mod decision;
mod github;
mod gitlab;
#[cfg(unix)]
mod hostile;
mod html;
mod junit;
mod kept;
mod layers;
mod markdown;
mod own_source;
mod text;
mod unread;

use std::path::PathBuf;

use crate::common::{minted, scratch, write};

/// A tree with a secret in two files, another one, and names that formats stumble over.
fn tree() -> (tempfile::TempDir, PathBuf) {
    let (guard, root) = scratch();
    let secret = minted("github-pat-classic", 1);
    write(&root, "deploy/prod.env", format!("a\nexport T={secret}\n"));
    write(&root, "=1+1,a&'b.txt", format!("T={secret}\n"));
    write(&root, "src/[x]`y`.rs", format!("let t = \"{}\";\n", minted("github-pat-classic", 2)));
    (guard, root)
}

/// A tree of which something cannot be scanned.
fn broken_tree() -> (tempfile::TempDir, PathBuf) {
    let (guard, root) = scratch();
    write(&root, ".git/HEAD", "this is not a repository\n");
    (guard, root)
}
