//! The literals at which an assignment may stand. Shared with the build script, which collects the
//! keywords of the built-in rules.

/// Where to look: what the names of secrets contain, in lower case.
pub const KEYWORDS: &[&str] = &[
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "auth",
    "cred",
    "bearer",
    "basic ",
    "psw",
    "identified",
];
