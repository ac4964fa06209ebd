//! Users' rule files: any TOML, and any pattern, value and context within a good file.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sprawl_detect::rules::{Rules, Selection, UserFile};

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let whole = match text.split_at_checked(1) {
        Some(("t", rest)) => rest.to_owned(),
        Some(("v", rest)) => file("value", rest),
        Some((_, rest)) => file("pattern", rest),
        None => return,
    };
    let user = UserFile { name: "acme.toml", text: &whole };
    if let Err(error) = Rules::new(&[user], &Selection::default()) {
        assert!(error.line >= 1 && !error.what.is_empty());
    }
});

fn file(field: &str, shape: &str) -> String {
    format!(
        "provider = 'Acme'\n[[rule]]\nid = 'acme-key'\ntitle = 'Acme'\n{field} = '''{shape}'''\n\
         keywords = ['acme']\nkind = 'token'\nauthority = 'service-wide'\nreach = 'saas'\n\
         lifetime = 'static'\nwhy = 'It opens.'\nfix = 'Revoke.'\ninstead = 'None.'\n\
         examples = ['acme={{secret}}']\n"
    )
}
