//! Named offline checks.
use super::decoded::Decoded;
/// What an offline check says of a value that matched a rule's pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It cannot be chance.
    Proven,
    /// Nothing speaks against it.
    Plausible,
    /// It is not what the rule looks for.
    Rejected,
}
/// Result of a check.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The verdict.
    pub verdict: Verdict,
    /// What was read out of it.
    pub decoded: Decoded,
}
/// Turns a random value into one that passes; the closure yields random numbers.
pub type Mint = fn(&mut Vec<u8>, &mut dyn FnMut() -> u64);
/// One check.
#[derive(Debug)]
pub struct Check {
    /// Name in rule files.
    pub name: &'static str,
    /// One sentence about it.
    pub about: &'static str,
    /// Runs it.
    pub run: fn(&[u8]) -> Outcome,
    /// Turns a random value into one that passes.
    pub mint: Option<Mint>,
}
/// All checks.
pub static CHECKS: &[Check] = &[];
/// The check of that name.
pub fn by_name(name: &str) -> Option<&'static Check> {
    CHECKS.iter().find(|c| c.name == name)
}
