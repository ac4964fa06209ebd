//! Writes texts to start from into `corpus/`: the examples of every rule with minted secrets (keys
//! come from `seed-keys.sh`). Run from `fuzz/`: `cargo run --release --example seed`.

use std::fs;
use std::path::Path;

use sprawl::rules::Rules;
use sprawl::rules::check::fill;
use sprawl::rules::mint::Random;

fn main() -> std::io::Result<()> {
    let rules = Rules::builtin();
    for target in ["checks", "detect", "fast_is_slow", "words", "text"] {
        fs::create_dir_all(Path::new("corpus").join(target))?;
    }
    for (_, rule) in rules.iter() {
        for (index, example) in rule.text.examples.iter().enumerate() {
            let Ok((text, secret)) = fill(&rules, rule, example, &mut Random::new(1)) else {
                continue;
            };
            let name = format!("{}-{index}", rule.id());
            for target in ["detect", "fast_is_slow", "words"] {
                fs::write(Path::new("corpus").join(target).join(&name), &text)?;
            }
            if index == 0 && rule.check.is_some() {
                fs::write(Path::new("corpus/checks").join(&name), [b"\0", &secret[..]].concat())?;
            }
            if index == 0 {
                let wide: Vec<u8> = text.iter().flat_map(|byte| [*byte, 0]).collect();
                fs::write(Path::new("corpus/text").join(&name), wide)?;
            }
        }
    }
    Ok(())
}
