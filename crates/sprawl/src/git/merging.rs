//! Merges under way, as git tells of them.

use super::{ObjectId, Repository};

/// The commits that a merge under way brings in and that the main branch of a remote has already:
/// everybody has what is in them. Git names them in its environment while it runs `pre-merge-commit`,
/// and in a file when a merge is finished by `git commit`.
pub fn merged(repository: &Repository) -> Vec<ObjectId> {
    let variables = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let told = variables
        .filter_map(|name| ObjectId::from_hex(name.strip_prefix("GITHEAD_")?.as_bytes()).ok());
    let mut merged: Vec<ObjectId> = told.chain(repository.merge_heads()).collect();
    if merged.is_empty() {
        return merged;
    }
    merged.sort();
    merged.dedup();
    let mut problems = Vec::new();
    let tips = repository.tips(&mut problems);
    let mut remotes: Vec<&str> = tips
        .iter()
        .filter_map(|tip| tip.name.strip_prefix("refs/remotes/")?.split('/').next())
        .collect();
    remotes.dedup();
    let mains: Vec<ObjectId> = remotes
        .into_iter()
        .filter_map(|remote| repository.main_branch_of(remote))
        .filter(|(name, _)| name.starts_with("refs/remotes/"))
        .map(|(_, id)| id)
        .collect();
    merged.retain(|commit| mains.iter().any(|main| repository.builds_on(*main, *commit)));
    merged
}
