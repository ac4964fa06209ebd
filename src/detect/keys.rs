//! Key material.
use super::decoded::Decoded;
/// Where to look.
pub const KEYWORDS: &[&str] = &["-----BEGIN"];
/// Key material found.
#[derive(Debug, Clone)]
pub struct KeyMaterial {
    /// In the blob.
    pub span: core::ops::Range<usize>,
    /// Rule.
    pub rule: &'static str,
    /// Canonical bytes.
    pub identity: Vec<u8>,
    /// Decoded.
    pub decoded: Decoded,
    /// Not a finding.
    pub is_certificate: bool,
    /// Parsed.
    pub proven: bool,
}
/// Key at a keyword.
pub fn key_at(_blob: &[u8], _at: usize) -> Option<KeyMaterial> {
    None
}
/// Whole-blob containers.
pub fn container(_blob: &[u8]) -> Option<KeyMaterial> {
    None
}
