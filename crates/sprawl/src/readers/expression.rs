//! Expressions of the tables here, compiled: over bytes, with classes of ASCII.

use regex_automata::PatternID;
use regex_automata::meta::Regex;
use regex_automata::util::syntax;

/// Compiles an expression of a table.
pub(super) fn compiled(expression: &str) -> Regex {
    let config = Regex::config().utf8_empty(false);
    let syntax = syntax::Config::new().unicode(false).utf8(false);
    let regex = Regex::builder().configure(config).syntax(syntax).build(expression);
    regex.expect("patterns of the table compile: a test compiles all")
}

/// The number of a named group, if an expression has it.
pub(super) fn group(regex: &Regex, name: &str) -> Option<usize> {
    regex.group_info().to_index(PatternID::ZERO, name)
}
