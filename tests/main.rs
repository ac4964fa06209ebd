//! All integration tests in one binary.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod about;
mod agent;
mod allocations;
mod ci;
mod common;
mod company;
mod containers;
mod environment;
mod examples;
mod fast_is_slow;
mod fix;
mod formats;
mod git;
mod hook;
mod hostile;
mod init;
mod inventory;
mod keys;
#[cfg(unix)]
mod leaks;
mod living;
mod lsp;
mod mcp;
mod nested;
mod notations;
mod oath;
mod pipes;
mod proofs;
mod quality;
mod radius;
mod readers;
mod reading;
mod redact;
mod rules;
mod sarif;
mod scan;
mod schemas;
mod score;
mod shapes;
mod versions;
