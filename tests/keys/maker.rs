//! Makes keys with the tools that people make keys with, and wraps them as people do.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use data_encoding::{BASE64, BASE64URL_NOPAD};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// A directory in which keys are made.
pub(crate) struct Maker {
    directory: TempDir,
}

impl Maker {
    pub(crate) fn new() -> Self {
        Self { directory: tempfile::tempdir().expect("a scratch directory") }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).expect("the scratch directory is writable");
        private(&self.path(name));
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).expect("a file made before")
    }

    /// Runs a tool and returns what it prints; what it can't do fails the test.
    fn run(&self, tool: &str, package: &str, arguments: &[&str]) -> Vec<u8> {
        let mut command = Command::new(tool);
        command.args(arguments).current_dir(self.directory.path()).stdin(Stdio::null());
        command.env("LC_ALL", "C");
        let output = command.output().unwrap_or_else(|error| {
            panic!("these tests need `{tool}` in the path (Debian package {package}): {error}")
        });
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{tool} {arguments:?}: {errors}");
        output.stdout
    }

    pub(crate) fn openssl_bytes(&self, arguments: &[&str]) -> Vec<u8> {
        self.run("openssl", "openssl", arguments)
    }

    pub(crate) fn openssl(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.openssl_bytes(arguments)).expect("PEM is text")
    }

    /// SHA-256 of the public half of a key, as OpenSSL writes it.
    pub(crate) fn public_key(&self, key: &str) -> [u8; 32] {
        Sha256::digest(self.openssl_bytes(&["pkey", "-in", key, "-pubout", "-outform", "DER"]))
            .into()
    }

    pub(crate) fn self_signed(
        &self,
        key: &str,
        certificate: &str,
        subject: &str,
        extensions: &[&str],
    ) {
        self.self_signed_with(key, certificate, "rsa:2048", subject, extensions);
    }

    /// A key and a certificate for 30 days with exactly these extensions.
    pub(crate) fn self_signed_with(
        &self,
        key: &str,
        certificate: &str,
        algorithm: &str,
        subject: &str,
        extensions: &[&str],
    ) {
        self.write("config", "[req]\ndistinguished_name=name\n[name]\n");
        let mut arguments = vec![
            "req", "-x509", "-config", "config", "-nodes", "-days", "30", "-newkey", algorithm,
        ];
        if algorithm == "ec" {
            arguments.extend(["-pkeyopt", "ec_paramgen_curve:P-256"]);
        }
        arguments.extend(["-keyout", key, "-out", certificate, "-subj", subject]);
        for extension in extensions {
            arguments.extend(["-addext", extension]);
        }
        self.openssl(&arguments);
    }

    pub(crate) fn ssh_keygen(&self, name: &str, arguments: &[&str]) -> String {
        let path = self.path(name);
        let _ = std::fs::remove_file(&path);
        let path = path.to_str().expect("a UTF-8 path").to_owned();
        let mut all = vec!["-q", "-f", &path];
        all.extend(arguments);
        self.run("ssh-keygen", "openssh-client", &all);
        self.read(name)
    }

    /// Rewrites an OpenSSH key in PEM or PKCS#8.
    pub(crate) fn ssh_keygen_convert(&self, name: &str, format: &str) -> String {
        self.run(
            "ssh-keygen",
            "openssh-client",
            &["-q", "-p", "-P", "", "-N", "", "-m", format, "-f", name],
        );
        self.read(name)
    }

    /// Rewrites a PEM key as OpenSSH does.
    pub(crate) fn ssh_keygen_to_openssh(&self, name: &str) -> String {
        self.run("ssh-keygen", "openssh-client", &["-q", "-p", "-P", "", "-N", "", "-f", name]);
        self.read(name)
    }

    pub(crate) fn puttygen(&self, key: &str, version: &str, passphrase: Option<&str>) -> String {
        let version = format!("version={version}");
        self.write("passphrase", passphrase.unwrap_or_default());
        let arguments = [
            key,
            "-O",
            "private",
            "-o",
            "ppk",
            "--ppk-param",
            &version,
            "--new-passphrase",
            "passphrase",
        ];
        self.run("puttygen", "putty-tools", &arguments);
        self.read("ppk")
    }

    pub(crate) fn puttygen_sshcom(&self, key: &str, passphrase: Option<&str>) -> String {
        self.write("passphrase", passphrase.unwrap_or_default());
        let arguments =
            [key, "-O", "private-sshcom", "-o", "sshcom", "--new-passphrase", "passphrase"];
        self.run("puttygen", "putty-tools", &arguments);
        self.read("sshcom")
    }

    /// A secret key: armoured, binary, its public half, and its fingerprint.
    pub(crate) fn gpg(&self, algorithm: &str, passphrase: &str) -> PgpKey {
        let mut home = tempfile::Builder::new();
        #[cfg(unix)]
        home.permissions(owner_only());
        let home = home.prefix("pgp").tempdir().expect("a scratch directory");
        let unlock = [
            "--batch",
            "--yes",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            passphrase,
            "--homedir",
        ];
        let gpg = |more: &[&str]| {
            let home = [home.path().to_str().expect("a UTF-8 path")];
            let arguments: Vec<&str> = unlock.iter().chain(&home).chain(more).copied().collect();
            self.run("gpg", "gnupg", &arguments)
        };
        gpg(&["--quick-generate-key", "Dora <dora@example.org>", algorithm, "default", "1y"]);
        let text = |bytes| String::from_utf8(bytes).expect("gpg prints text");
        let listing = text(gpg(&["--with-colons", "--fingerprint"]));
        let fingerprint =
            listing.lines().find(|line| line.starts_with("fpr:")).expect("a fingerprint");
        let key = PgpKey {
            armoured: text(gpg(&["--armor", "--export-secret-keys"])),
            binary: gpg(&["--export-secret-keys"]),
            public: text(gpg(&["--armor", "--export"])),
            fingerprint: fingerprint.split(':').nth(9).expect("its tenth field").to_owned(),
        };
        // The agent that gpg started holds the directory.
        let home = home.path().to_str().expect("a UTF-8 path");
        self.run("gpgconf", "gnupg", &["--homedir", home, "--kill", "all"]);
        key
    }

    /// A key store with one RSA key named `signing`.
    pub(crate) fn keytool(&self, format: &str, passphrase: &str) -> Vec<u8> {
        let _ = std::fs::remove_file(self.path("store"));
        let arguments = [
            "-genkeypair",
            "-alias",
            "signing",
            "-keyalg",
            "RSA",
            "-keysize",
            "2048",
            "-dname",
            "CN=Java Example",
            "-validity",
            "30",
            "-keystore",
            "store",
            "-storetype",
            format,
            "-storepass",
            passphrase,
            "-keypass",
            passphrase,
        ];
        self.run("keytool", "default-jre-headless", &arguments);
        std::fs::read(self.path("store")).expect("a store")
    }

    /// A key store with one certificate.
    pub(crate) fn keytool_trust_store(&self, format: &str) -> Vec<u8> {
        self.self_signed("trusted key", "trusted", "/CN=Example Root CA", &[]);
        let _ = std::fs::remove_file(self.path("trust"));
        let arguments = [
            "-importcert",
            "-noprompt",
            "-alias",
            "root",
            "-file",
            "trusted",
            "-keystore",
            "trust",
            "-storetype",
            format,
            "-storepass",
            "changeit",
        ];
        self.run("keytool", "default-jre-headless", &arguments);
        std::fs::read(self.path("trust")).expect("a store")
    }

    /// A PEM key as a JSON Web Key, by way of OpenSSL's listing of its numbers.
    pub(crate) fn jwk(&self, key: &str) -> String {
        let listing = self.openssl(&["pkey", "-in", key, "-text", "-noout"]);
        let number = |name: &str| {
            let lines =
                listing.lines().skip_while(|line| line.trim() != format!("{name}:")).skip(1);
            let lines = lines.take_while(|line| line.starts_with(' '));
            let digits: String =
                lines.flat_map(|line| line.trim().chars().filter(|c| *c != ':')).collect();
            data_encoding::HEXLOWER.decode(digits.as_bytes()).expect("hexadecimal")
        };
        let member =
            |name: &str, value: &[u8]| format!(",\"{name}\":\"{}\"", BASE64URL_NOPAD.encode(value));
        let trimmed =
            |value: Vec<u8>| if value.first() == Some(&0) { value[1..].to_vec() } else { value };
        let members = if listing.contains("modulus") {
            let names =
                [("n", "modulus"), ("d", "privateExponent"), ("p", "prime1"), ("q", "prime2")];
            let members: String =
                names.iter().map(|(short, long)| member(short, &trimmed(number(long)))).collect();
            format!("\"kty\":\"RSA\",\"e\":\"AQAB\"{members}")
        } else if listing.contains("ED25519") {
            let members = member("d", &number("priv")) + &member("x", &number("pub"));
            format!("\"kty\":\"OKP\",\"crv\":\"Ed25519\"{members}")
        } else {
            let point = number("pub");
            let members = member("x", &point[1..33])
                + &member("y", &point[33..])
                + &member("d", &number("priv"));
            format!("\"kty\":\"EC\",\"crv\":\"P-256\"{members}")
        };
        format!("{{{members}}}")
    }

    /// A JSON Web Key without its private members.
    pub(crate) fn public_jwk(&self, jwk: &str) -> String {
        let members = jwk.trim_matches(['{', '}']).split(',');
        let public = members.filter(|member| {
            !["\"d\"", "\"p\"", "\"q\""].iter().any(|name| member.starts_with(name))
        });
        format!("{{{}}}", public.collect::<Vec<_>>().join(","))
    }
}

/// What gpg says of a key.
pub(crate) struct PgpKey {
    pub(crate) armoured: String,
    pub(crate) binary: Vec<u8>,
    pub(crate) public: String,
    pub(crate) fingerprint: String,
}

/// What gpg wants its directory to be.
#[cfg(unix)]
fn owner_only() -> std::fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o700)
}

/// Files that only their owner can read: ssh-keygen insists.
#[cfg(unix)]
fn private(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("our own file");
}

#[cfg(not(unix))]
fn private(_: &std::path::Path) {}

/// A text of several lines in all the ways in which keys lie around in other files.
pub(crate) fn wrappings(text: &str) -> Vec<(&'static str, String)> {
    let text = text.trim_end();
    let lines: Vec<&str> = text.lines().collect();
    let each = |before: &str, after: &str| {
        lines.iter().map(|line| format!("{before}{line}{after}")).collect::<String>()
    };
    let joined = |glue: &str| lines.join(glue);
    let wrapped = |width: usize, glue: &str| {
        let letters = BASE64.encode(format!("{text}\n").as_bytes());
        let lines: Vec<&str> = letters
            .as_bytes()
            .chunks(width)
            .map(|line| std::str::from_utf8(line).expect("ASCII"))
            .collect();
        lines.join(glue)
    };
    let encoded = BASE64.encode(format!("{text}\n").as_bytes());
    let percent = |text: &str| {
        let text = text
            .replace('%', "%25")
            .replace('+', "%2B")
            .replace('/', "%2F")
            .replace('=', "%3D")
            .replace(':', "%3A");
        text.replace(',', "%2C").replace('"', "%22").replace('\n', "%0A")
    };
    let json = text.replace('\\', "\\\\").replace('"', "\\\"");
    let in_json = json.replace('\n', "\\n");
    let has_headers = text.contains(": ") && !text.starts_with("PuTTY");
    let has_quotes = text.contains('"');
    let mut all = vec![
        ("LF", format!("{text}\n")),
        ("CR LF", joined("\r\n")),
        ("CR", joined("\r")),
        ("after other text", format!("some words\nand more of them\n\n{text}\n\nother words\n")),
        ("YAML block", format!("tls:\n  key: |\n{}  other: value\n", each("    ", "\n"))),
        ("YAML folded lines", format!("key: >-\n{}other: value\n", each("      ", "\n"))),
        ("JSON", format!("{{\"key\": \"{in_json}\\n\", \"type\": \"x\"}}")),
        ("JSON with CR LF", format!("{{\"key\":\"{}\"}}", json.replace('\n', "\\r\\n"))),
        ("JSON that escapes slashes", format!("{{\"key\":\"{}\"}}", in_json.replace('/', "\\/"))),
        (
            "JSON that escapes signs",
            format!("{{\"key\":\"{}\"}}", in_json.replace('=', "\\u003d").replace('+', "\\u002b")),
        ),
        ("environment file", format!("KEY=\"{in_json}\"\nOTHER=1\n")),
        ("environment file without quotes", format!("KEY={in_json}\nOTHER=1\n")),
        ("heredoc", format!("cat > key <<'EOF'\n{text}\nEOF\n")),
        ("Python triple quotes", format!("key = \"\"\"{text}\n\"\"\"\n")),
        ("Go raw string", format!("var key = []byte(`{text}`)\n")),
        ("> quotes", each("> ", "\n")),
        ("// comments", each("// ", "\n")),
        ("# comments", each("# ", "\n")),
        ("block comment", format!("/**\n{} */\n", each(" * ", "\n"))),
        ("SQL comments", each("-- ", "\n")),
        ("diff", each("+", "\n")),
        ("diff with indentation", each("+      ", "\n")),
        ("removed in a diff", each("-", "\n")),
        ("log of a container", each("app_1  | ", "\n")),
        ("properties continuation", format!("key={}\nother=1\n", joined("\\n\\\n    "))),
        (
            "XML entities",
            format!("<key>{}</key>", text.replace('"', "&quot;").replace('\n', "&#10;")),
        ),
        (
            "XML entities of CR LF",
            format!("<a key='{}'/>", text.replace('"', "&quot;").replace('\n', "&#xD;&#xA;")),
        ),
        ("XML element", format!("<key>\n{}</key>\n", each("        ", "\n"))),
        ("HTML line breaks", format!("<p>{}</p>", text.replace('\n', "<br/>"))),
        ("URL", format!("?key={}&other=1", percent(text))),
        ("base64", format!("key: {encoded}\nother: 1\n")),
        ("base64 in JSON", format!("{{\"key\":\"{encoded}\"}}")),
        ("base64 in lines", format!("{}\n", wrapped(76, "\n"))),
        (
            "base64 in an indented block",
            format!("key: |\n    {}\nother: 1\n", wrapped(64, "\n    ")),
        ),
        ("base64 after other bytes", BASE64.encode(format!("x\n{text}\n").as_bytes())),
        ("base64 after more bytes", BASE64.encode(format!("xy\n{text}\nmore").as_bytes())),
        ("base64 of JSON", BASE64.encode(format!("{{\"key\": \"{in_json}\\n\"}}").as_bytes())),
    ];
    if !has_quotes {
        all.extend([
            (
                "JSON in JSON",
                format!("{{\"a\":\"{{\\\"key\\\":\\\"{}\\\"}}\"}}", text.replace('\n', "\\\\n")),
            ),
            ("Java", format!("String key = \"{}\\n\";\n", joined("\\n\" +\n        \""))),
            (
                "Java without line ends",
                format!("String key = \"{}\";\n", joined("\" +\n        \"")),
            ),
            ("JavaScript", format!("const key = [\n  '{}'\n].join('\\n');\n", joined("',\n  '"))),
            ("plus before", format!("var key = \"{}\\n\";\n", joined("\\n\"\n  + \""))),
            ("PHP", format!("$key = '{}';\n", joined("' . \"\\n\" .\n  '"))),
            ("C", format!("static const char key[] =\n  \"{}\\n\";\n", joined("\\n\"\n  \""))),
            ("C continuation", format!("char *key = \"{}\\n\";\n", joined("\\n\\\n"))),
            ("Python", format!("key = ('{}\\n')\n", joined("\\n'\n       '"))),
            ("JSON array", format!("[\"{}\"]", joined("\",\""))),
            ("escaped JSON array", format!("\"[\\\"{}\\\"]\"", joined("\\\",\\\""))),
            (
                "StringBuilder",
                format!("b.append(\"{}\\n\");\n", joined("\\n\");\n    b.append(\"")),
            ),
            ("Visual Basic", format!("key = \"{}\"\n", joined("\" & vbCrLf & _\n      \""))),
            ("PowerShell", format!("$key = \"{}\"\n", joined("`n"))),
            ("echo", format!("echo \"{}\" >> key\n", joined("\" >> key\necho \""))),
            ("YAML list", format!("- \"{}\"\n", joined("\"\n- \""))),
            ("one line with spaces", format!("KEY={}\n", joined(" "))),
            ("one quoted line with spaces", format!("KEY='{}'\n", joined(" "))),
        ]);
    }
    if !text.starts_with("---- ") {
        // The first line of SSH2 files is not recognised with its spaces encoded.
        all.push(("form", format!("key={}&other=1", percent(text).replace(' ', "+"))));
    }
    if !has_headers {
        all.push(("no line ends at all", format!("key={}", joined(""))));
    }
    all
}

/// One file of each kind, to be damaged.
pub(crate) fn samples() -> &'static [Vec<u8>] {
    static SAMPLES: OnceLock<Vec<Vec<u8>>> = OnceLock::new();
    SAMPLES.get_or_init(|| {
        let maker = Maker::new();
        maker.self_signed(
            "key",
            "certificate",
            "/O=system:masters/CN=x",
            &["subjectAltName=DNS:*.example.org,IP:192.0.2.1"],
        );
        maker.write("ec", &maker.openssl(&["ecparam", "-genkey", "-noout", "-name", "prime256v1"]));
        let der = |arguments: &[&str]| maker.openssl_bytes(arguments);
        let ssh = maker.ssh_keygen("ssh", &["-t", "ed25519", "-N", ""]);
        let pgp = maker.gpg("ed25519", "");
        let p12 = der(&[
            "pkcs12",
            "-export",
            "-inkey",
            "key",
            "-in",
            "certificate",
            "-name",
            "x",
            "-passout",
            "pass:x",
        ]);
        let pem = maker.read("key");
        vec![
            pem.clone().into_bytes(),
            maker.read("ec").into_bytes(),
            maker.read("certificate").into_bytes(),
            der(&["rsa", "-traditional", "-outform", "DER", "-in", "key"]),
            der(&["ec", "-outform", "DER", "-in", "ec"]),
            der(&["x509", "-outform", "DER", "-in", "certificate"]),
            der(&["pkcs8", "-topk8", "-outform", "DER", "-in", "key", "-passout", "pass:x"]),
            BASE64.encode(pem.as_bytes()).into_bytes(),
            BASE64.encode(&p12).into_bytes(),
            p12,
            ssh.clone().into_bytes(),
            maker.puttygen("ssh", "3", None).into_bytes(),
            maker.puttygen("ssh", "2", Some("x")).into_bytes(),
            pgp.armoured.into_bytes(),
            pgp.binary,
            maker.keytool("JKS", "correct horse"),
            maker.jwk("key").into_bytes(),
            pem.replace('\n', "\\n\" +\n \"").into_bytes(),
        ]
    })
}
