//! How values meet names in real files: one line of the table for each notation, found with any of
//! the built-in rules; and the same notations with something that is no secret.

use sprawl_detect::Scanner;
use sprawl_detect::evidence::{Confidence, Evidence};
use sprawl_detect::rules::Rules;

/// A notation, where `{V}` stands for the value and `{64}` for the value in base64.
const NOTATIONS: &[(&str, &str)] = &[
    ("SQL, user", "CREATE USER 'app'@'%' IDENTIFIED BY '{V}';\n"),
    ("SQL, plugin", "CREATE USER app IDENTIFIED WITH caching_sha2_password BY '{V}';\n"),
    ("SQL, role", "ALTER ROLE app WITH LOGIN PASSWORD '{V}';\n"),
    ("JDBC", "jdbc:postgresql://db.internal/app?user=app&password={V}\n"),
    (
        "JDBC, semicolons",
        "url = \"jdbc:sqlserver://db.internal;user=sa;password={V};encrypt=true\"\n",
    ),
    ("ODBC", "Driver={ODBC Driver 18 for SQL Server};Server=db.internal;Uid=app;Pwd={V};\n"),
    ("DSN, words", "host=db.internal user=app password={V} dbname=app sslmode=disable\n"),
    ("DSN, Go", "dsn := \"app:{V}@tcp(db.internal:3306)/app?parseTime=true\"\n"),
    ("DSN, URL", "DATABASE_URL=postgres://app:{V}@db.internal:5432/app\n"),
    ("form body", "grant_type=password&username=anna&password={V}&scope=all\n"),
    ("header", "X-Auth-Token: {V}\n"),
    ("header, bearer", "Authorization: Bearer {V}\n"),
    ("header, token", "Authorization: Token {V}\n"),
    ("header, in code", "headers = {\"X-Api-Key\": \"{V}\"}\n"),
    ("cookie", "Cookie: theme=dark; auth_token={V}\n"),
    ("curl", "curl -u anna:{V} https://api.internal/v1/jobs\n"),
    ("curl, header", "curl -H 'X-Api-Key: {V}' https://api.internal/v1/jobs\n"),
    ("command line", "mysqldump --host db.internal --user app --password={V} app\n"),
    ("command line, apart", "deploy --token {V} --to production\n"),
    ("Dockerfile", "FROM debian\nENV DB_PASSWORD {V}\n"),
    ("Dockerfile, sign", "FROM debian\nENV DB_PASSWORD={V}\n"),
    ("Dockerfile, argument", "ARG REGISTRY_TOKEN={V}\n"),
    ("compose, list", "    environment:\n      - POSTGRES_PASSWORD={V}\n"),
    ("compose, map", "    environment:\n      POSTGRES_PASSWORD: {V}\n"),
    ("Kubernetes, Secret", "kind: Secret\ndata:\n  db-password: {64}\n"),
    ("Kubernetes, stringData", "kind: Secret\nstringData:\n  db-password: {V}\n"),
    ("Kubernetes, environment", "        - name: DB_PASSWORD\n          value: \"{V}\"\n"),
    ("Terraform", "resource \"db\" \"main\" {\n  password = \"{V}\"\n}\n"),
    ("Terraform, variable", "variable \"db_password\" {\n  default = \"{V}\"\n}\n"),
    ("Ansible, inventory", "db1 ansible_host=10.0.0.7 ansible_ssh_pass={V}\n"),
    ("Ansible, variables", "ansible_become_password: '{V}'\n"),
    ("Jenkins, XML", "<scope>GLOBAL</scope>\n<id>git</id>\n<password>{V}</password>\n"),
    ("Jenkins, pipeline", "environment {\n    DB_PASSWORD = '{V}'\n}\n"),
    ("Maven", "<server><id>ci</id><username>ci</username><password>{V}</password></server>\n"),
    ("NuGet", "<add key=\"ClearTextPassword\" value=\"{V}\" />\n"),
    ("Gradle", "signing.password={V}\n"),
    ("Gradle, block", "signingConfigs {\n    release {\n        storePassword '{V}'\n    }\n}\n"),
    ("properties", "spring.datasource.password = {V}\n"),
    ("properties, continued", "spring.datasource.password = \\\n    {V}\n"),
    ("plist", "<key>password</key>\n<string>{V}</string>\n"),
    ("INI", "[client]\nuser = app\npassword = {V}\n"),
    ("TOML", "[database]\npassword = \"{V}\"\n"),
    ("YAML, folded", "password: >-\n  {V}\n"),
    ("netrc", "machine files.internal login anna password {V}\n"),
    ("netrc, lines", "machine files.internal\n  login anna\n  password {V}\n"),
    ("wp-config", "define( 'DB_PASSWORD', '{V}' );\n"),
    ("notebook", "   \"source\": [\n    \"password = \\\"{V}\\\"\\n\",\n"),
    ("JSON in a string", "body = \"{\\\"user\\\":\\\"anna\\\",\\\"password\\\":\\\"{V}\\\"}\"\n"),
    (
        "JSON in a shell",
        "curl -d '{\"user\": \"anna\", \"password\": \"{V}\"}' https://api.internal\n",
    ),
    ("HTML", "{&quot;user&quot;: &quot;anna&quot;, &quot;password&quot;: &quot;{V}&quot;}\n"),
    ("here-document", "cat > .env <<EOF\nDB_PASSWORD={V}\nEOF\n"),
    ("log", "12:00:07 INFO pool connecting user=app password={V} host=db.internal\n"),
    ("Markdown", "- user: `anna`\n- password: `{V}`\n"),
    ("Markdown, table", "| user | `anna` |\n| password | `{V}` |\n"),
    ("shell", "export DB_PASS='{V}'\n"),
    ("PowerShell", "$Password = \"{V}\"\n"),
    ("batch", "set DB_PASSWORD={V}\n"),
    ("C", "static const char *password = \"{V}\";\n"),
    ("C, macro", "#define WIFI_PASSWORD \"{V}\"\n"),
    ("C++", "const std::string kPassword{\"{V}\"};\n"),
    ("C#", "public const string Password = \"{V}\";\n"),
    ("Go", "password := \"{V}\"\n"),
    ("Go, decoded", "secretKey, _ := base64.StdEncoding.DecodeString(\"{V}\")\n"),
    ("Java, setter", "dataSource.setPassword(\"{V}\");\n"),
    ("Java, annotation", "@Value(\"${db.password:{V}}\")\n"),
    ("Java, map", "properties.put(\"password\", \"{V}\");\n"),
    ("JavaScript, default", "const password = process.env.DB_PASS || '{V}';\n"),
    ("TypeScript, typed", "const password: string = '{V}';\n"),
    ("Kotlin", "val password: String = \"{V}\"\n"),
    ("Perl", "my %db = (user => 'app', password => '{V}');\n"),
    ("PHP, array", "'password' => '{V}',\n"),
    ("PHP, comparison", "if ($password === '{V}') {\n"),
    ("Python, argument", "client.login(user=\"anna\", password=\"{V}\")\n"),
    ("Python, default", "def connect(user, password=\"{V}\"):\n"),
    ("Python, bytes", "SECRET_KEY = b'{V}'\n"),
    ("Python, environment", "password = os.environ.get('DB_PASSWORD', '{V}')\n"),
    ("Ruby, symbol", "config = { user: 'app', :password => '{V}' }\n"),
    ("Rust", "let password: &str = \"{V}\";\n"),
    ("Scala", "val password = \"{V}\"\n"),
    ("Swift", "let password = \"{V}\"\n"),
    ("Go, typed", "var password string = \"{V}\"\n"),
    ("Go, typed constant", "const apiKey string = \"{V}\"\n"),
    ("Go, bytes", "var signingKey []byte = []byte(\"{V}\")\n"),
    ("PHP, appended", "$password .= '{V}';\n"),
    ("make", "DB_PASSWORD := {V}\n"),
    ("make, POSIX", "DB_PASSWORD ::= {V}\n"),
    ("make, immediate", "DB_PASSWORD :::= {V}\n"),
    ("make, default", "DB_PASSWORD ?= {V}\n"),
    ("Kotlin, nullable", "private val password: String? = \"{V}\"\n"),
    ("Kotlin, constant", "const val API_KEY: String = \"{V}\"\n"),
    ("Swift, typed", "private let apiKey: String = \"{V}\"\n"),
    ("Scala, typed", "val password: String = \"{V}\"\n"),
    ("TypeScript, member", "  private readonly apiKey: string = '{V}';\n"),
    ("C#, property", "public string Password { get; set; } = \"{V}\";\n"),
    ("arguments", "args := []string{\"--keystore-password\", \"{V}\"}\n"),
    ("shell, comparison", "if [ \"${DB_PASSWORD}\" == \"{V}\" ]; then\n"),
    (
        "JSON as a token",
        "\"Api-Token\": \"{\\\"name\\\": \\\"root\\\", \\\"sig\\\": \\\"{V}\\\"}\",\n",
    ),
    ("joined", "password = \"{V}\" +\n    suffix\n"),
    ("name, German", "kennwort: \"{V}\"\n"),
    ("name, French", "String motDePasse = \"{V}\";\n"),
    ("name, Spanish", "contraseña: \"{V}\"\n"),
    ("name, Spanish, ASCII", "CONTRASENA_DB={V}\n"),
    ("name, Portuguese", "DB_SENHA={V}\n"),
    ("name, Dutch", "wachtwoord = '{V}'\n"),
    ("name, Polish", "hasło: \"{V}\"\n"),
    ("name, Czech", "heslo: {V}\n"),
    ("name, Turkish", "şifre = \"{V}\"\n"),
    ("name, Russian", "\"пароль_бд\": \"{V}\",\n"),
    ("name, Russian, capital", "Пароль = {V}\n"),
    ("name, Chinese", "数据库密码: \"{V}\"\n"),
    ("name, Japanese", "パスワード={V}\n"),
    ("name, Korean", "비밀번호 = \"{V}\"\n"),
    ("name, short", "DB_PW={V}\n"),
    ("name, short, in code", "const rootPw = '{V}';\n"),
    ("name, short, JSON", "{\"user\": \"app\", \"pw\": \"{V}\"}\n"),
    ("name, WPA", "network={\n    ssid=\"Office\"\n    psk=\"{V}\"\n}\n"),
    ("value first, JSON", "[{\"value\": \"{V}\", \"name\": \"DB_PASSWORD\"}]\n"),
    (
        "value first, lines",
        "{\n  \"Value\": \"{V}\",\n  \"slot\": false,\n  \"Name\": \"DB_PASSWORD\"\n}\n",
    ),
    ("value first, YAML", "env:\n  - value: {V}\n    name: DB_PASSWORD\n"),
    ("value first, XML", "<entry value=\"{V}\" name=\"password\"/>\n"),
    ("value first, TOML", "[[env]]\nvalue = \"{V}\"\nname = \"DB_PASSWORD\"\n"),
    (
        "comments between",
        "env:\n  - name: DB_PASSWORD\n    # rotated\n    # twice a year\n    value: {V}\n",
    ),
    ("fields between", "{\"name\": \"db_password\", \"type\": \"string\", \"value\": \"{V}\"}\n"),
    (
        "Terraform, described",
        "variable \"db_password\" {\n  description = \"of the database\"\n  type = string\n  default = \"{V}\"\n}\n",
    ),
    ("CloudFormation", "  - ParameterKey: DBPassword\n    ParameterValue: {V}\n"),
    ("Helm", "set {\n  name  = \"auth.password\"\n  value = \"{V}\"\n}\n"),
    ("list", "tokens = [\"first\", \"{V}\"]\n"),
    ("list, Go", "cfg := Config{\n\tTokens: []string{\"{V}\"},\n}\n"),
    ("list, Java", "List<String> tokens = Arrays.asList(\"{V}\");\n"),
    ("list, YAML", "api_tokens:\n  - {V}\n"),
    ("list, lines", "\"apiKeys\": [\n    \"none\", # of the tests\n    \"{V}\"\n]\n"),
    ("map", "API_KEYS = {\"alice\": \"none\", \"bob\": \"{V}\"}\n"),
    ("map, JavaScript", "const tokens = {\n  alice: \"{V}\",\n};\n"),
    ("header, any scheme", "curl -H \"Authorization: Api-Token {V}{V}\" https://api.internal\n"),
    ("header, parameter", "Authorization: Token token=\"{V}{V}\"\n"),
    ("LDIF", "dn: uid=anna,dc=internal\nuserPassword: {V}\n"),
    ("LDIF, base64", "dn: uid=anna,dc=internal\nuserPassword:: {64}\n"),
    ("element with attributes", "<Pass encoding=\"base64\">{64}</Pass>\n"),
    ("SQL, no quotes", "ALTER USER app IDENTIFIED BY {V};\n"),
    ("setting in quotes", "      - \"POSTGRES_PASSWORD=q(7{V}\"\n"),
];

/// What stands in the same places and is no secret.
const HARMLESS: &[&str] = &[
    "password = os.environ['DB_PASSWORD']\n",
    "password = getpass.getpass('Password: ')\n",
    "password = \"${DB_PASSWORD}\"\n",
    "password: {{ db_password }}\n",
    "password: \"<your password>\"\n",
    "password: ********\n",
    "password = config.password;\n",
    "password = self.request.password\n",
    "POSTGRES_PASSWORD=$POSTGRES_PASSWORD\n",
    "ENV DB_PASSWORD ${DB_PASSWORD}\n",
    "CREATE USER app IDENTIFIED BY '${APP_PASSWORD}';\n",
    "ALTER ROLE app WITH LOGIN PASSWORD :'password';\n",
    "jdbc:postgresql://db.internal/app?user=app&password=${password}\n",
    "Uid=app;Pwd={0};\n",
    "curl -u \"$USER:$PASS\" https://api.internal/v1/jobs\n",
    "deploy --token \"$TOKEN\" --to production\n",
    "Authorization: Bearer <token>\n",
    "machine files.internal login anna password $PASSWORD\n",
    "<password>${env.DB_PASSWORD}</password>\n",
    "<label for=\"password\">Password</label>\n",
    "<input type=\"password\" name=\"password\" placeholder=\"Your password\">\n",
    "\"password\": \"Das Passwort ist falsch\",\n",
    "\"forgot-password\": \"Forgot your password?\",\n",
    "password_hash: \"$2b$12$...\"\n",
    "password: ENC(kz0F3uZ1kz0F3uZ1kz0F3uZ1)\n",
    "passwordFile: /run/secrets/db_password\n",
    "tokenUrl: https://login.internal/oauth/token\n",
    "PublicKeyToken=0123456789abcdef\n",
    "tokenizer = \"bert-base-uncased\"\n",
    "key = \"user_id\"\n",
    "sort_key: created_at\n",
    "\"primaryKey\": \"OrderLineNumber\",\n",
    "const KEY_LENGTH: usize = 32;\n",
    "if (token == Token::Comma) {\n",
    "token = lexer.next_token();\n",
    "secretName: db-credentials\n",
    "secretKeyRef:\n  name: db-credentials\n  key: password\n",
    "implementation 'io.jsonwebtoken:jjwt-api:0.11.2'\n",
    "pattern = \"token=[0-9a-f]{32}\"\n",
    "md5sum = 'password'\n",
    "def password(self, value: str) -> None:\n",
    "kennwort: \"Kennwort vergessen\"\n",
    "senha = input(\"Senha: \")\n",
    "\"密码\": \"密码不能为空\"\n",
    "пароль: \"Введите пароль\"\n",
    "{\"senhaObrigatoria\": \"obrigatorio\", \"heslo\": \"povinne\", \"parola\": \"Obbligatoria\"}\n",
    "const passes = [...list];\n",
    "PW_MIN = \"0.25us\"\n",
    "file_pat = \"*.txt\"\n",
    "[{\"value\": \"5432\", \"name\": \"DB_PORT\"}, {\"name\": \"DB_PASSWORD\", \"valueFrom\": {}}]\n",
    "- name: DB_PASSWORD\n  valueFrom: vault\n- name: BUILD\n  value: q7Zk2mX9vT4w\n",
    "tokens = {\"identifier\": \"IDENT\", \"number\": \"NUM\"}\n",
    "secrets:\n  - db_password\n  - api_key\n",
    "Authorization: Negotiate\n",
    "headers[\"Authorization\"] = \"OAuth \" + token;\n",
    "db.query(`ALTER USER ` + user + ` IDENTIFIED BY '` + next + `'`);\n",
    "$q = \"SET PASSWORD FOR '\" . $user . \"' = PASSWORD('\" . $next . \"')\";\n",
    "DB_PASSWORD=$(openssl rand -base64 20)\n",
    "PASSWORD=${PASSWORD:-none1}\n",
    "token = sign(user2, secret[0])\n",
    "  password: read(config, Key1),\n",
    "secret = Token2Provider<Key9>(x);\n",
    "key = (a<<8)|b2;\n", // sprawl:allow generic-api-key
    "token = buffer[at++]&0xFF;\n",
    "secret: {name: db1, key: Password}\n",
    // Names of registers, parts and macros that only look like a short word for a password.
    "mtk-mdp3-y += mtk-mdp3-m2m.o\n",
    "\t[MDP_INTF1_INTR] = {\n\t\tMDP_INTF_1_OFF_REV+INTF_INTR_CLEAR,\n",
    "\tpsw_t psw;\n",
    "\tI915_PW(\"dpio-tx-c-01\", &domains),\n",
    "dvb-usb-psk-objs := gp8psk.o\n",
    // A scheme of HTTP as a word, and what is printed.
    " * Basic KB3310B embedded controller support\n",
    "\t\treturn force_token(\"\\\" sta:%pM\\\" \", tok);\n",
];

/// Values in two pieces, `{A}` and `{B}`.
const JOINED: &[(&str, &str)] = &[
    ("Java", "String password = \"{A}\" +\n    \"{B}\";\n"),
    ("JavaScript", "const apiKey = '{A}' + '{B}';\n"),
    ("PHP", "$password = '{A}' . '{B}';\n"),
    ("Lua", "password = \"{A}\" .. \"{B}\"\n"),
    ("Basic", "Password = \"{A}\" & \"{B}\"\n"),
    ("C", "static const char *password = \"{A}\"\n    \"{B}\";\n"),
    ("Python", "SECRET_KEY = (\n    \"{A}\"\n    \"{B}\"\n)\n"),
    ("Ruby", "password = '{A}' \\\n  '{B}'\n"),
    ("shell", "export DB_PASSWORD=\"{A}\\\n{B}\"\n"),
    ("Windows", "String password = \"{A}\" +\r\n    \"{B}\";\r\n"),
    ("Java, operator first", "String password = \"{A}\"\n    + \"{B}\";\n"),
    ("PHP, operator first", "$password = '{A}'\n    . '{B}';\n"),
    ("Basic, continued", "password = \"{A}\" & _\n    \"{B}\"\n"),
    ("C, macro", "#define DB_PASSWORD \"{A}\" \\\n    \"{B}\"\n"),
    ("C, member", "struct db db = {\n    .password = \"{A}\"\n        \"{B}\",\n};\n"),
    ("C, CRLF", "const char *db_password = \"{A}\"\r\n    \"{B}\";\r\n"),
    ("Python, one line", "db_password = (\"{A}\"\n               \"{B}\")\n"),
    ("Python, argument", "connect(\n    password=\"{A}\"\n    \"{B}\",\n)\n"),
    ("Python, call", "connect(user=\"app\", password=\"{A}\"\n        \"{B}\")\n"),
    ("Python, continued", "db_password = \"{A}\" \\\n    \"{B}\"\n"),
    ("shell, continued", "DB_PASSWORD=\"{A}\"\\\n\"{B}\"\n"),
];

/// Literals next to each other that are not one.
const APART: &[&str] = &[
    "{\n\"password\": \"{A}\"\n\"user\": \"{B}\"\n}\n",
    "password = \"{A}\"\n\nuser = \"{B}\"\n",
    "passwords = [\"{A}\", \"{B}\"]\n",
    "login --password \"{A}\" \"{B}\"\n",
    // A command, a text, a file that is read, a program that is called, a line of a diff.
    "DB_PASSWORD=\"{A}\"\n\"{B}\" run --fast\n",
    "DB_PASSWORD=\"{A}\"\n    \"{B}\";\n",
    "DB_PASSWORD=\"{A}\" \\\n  \"{B}\" run --fast\n",
    "DB_PASSWORD='{A}'\n. '{B}'\n",
    "db_password = \"{A}\"\n\"{B}\"\n",
    "def connect():\n    db_password = \"{A}\"\n    \"{B}\"\n",
    "db_password = '{A}'\r\n'{B}'\r\n",
    "$password = \"{A}\"\n& \"{B}\"\n",
    "+db_password = \"{A}\"\n+\"{B}\"\n",
    "const dbPassword = \"{A}\"\n\"{B}\";\n",
    "password := \"{A}\"\n\t\"{B}\"\n",
    "db_password = `{A}`\n`{B}`\n",
];

/// Letters and digits as a generator makes them.
fn generated(mut seed: u64, length: usize) -> String {
    let alphabet = b"ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";
    (0..length)
        .map(|_| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(alphabet[(seed >> 33) as usize % alphabet.len()])
        })
        .collect()
}

/// The values that are found with at least `least`.
fn found(scanner: &mut Scanner<'_>, text: &str, least: Confidence) -> Vec<String> {
    let candidates = scanner.candidates(text.as_bytes());
    let sure = candidates.iter().filter(|c| c.confidence >= least && c.usability.is_empty());
    sure.map(|c| text[c.secret.clone()].to_owned()).collect()
}

#[test]
fn every_notation_is_read() {
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    let mut missed = Vec::new();
    for (what, notation) in NOTATIONS {
        let hits = (1..=5).filter(|seed| {
            let value = generated(*seed, 20);
            let wrapped = data_encoding::BASE64.encode(value.as_bytes());
            let text = notation.replace("{V}", &value).replace("{64}", &wrapped);
            let values = found(&mut scanner, &text, Confidence::Pattern);
            values.iter().any(|v| v.contains(&value) || v.contains(&wrapped))
        });
        let hits = hits.count();
        if hits < 5 {
            missed.push(format!("{what}: {hits} of 5"));
        }
    }
    assert!(missed.is_empty(), "{missed:#?}");
}

/// What identifies the secrets that are found where the pieces are joined.
fn identities(scanner: &mut Scanner<'_>, text: &str) -> Vec<Vec<u8>> {
    scanner.candidates(text.as_bytes()).into_iter().filter_map(|c| c.identity).collect()
}

#[test]
fn pieces_are_one_value() {
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    let (a, b) = (generated(3, 11), generated(4, 9));
    let text = |notation: &str| notation.replace("{A}", &a).replace("{B}", &b);
    let whole = [&a[..], &b].concat();
    for (what, notation) in JOINED {
        let found = identities(&mut scanner, &text(notation));
        assert_eq!(found, [whole.as_bytes()], "{what}");
    }
    for notation in APART {
        assert!(identities(&mut scanner, &text(notation)).is_empty(), "{notation}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(128))]
    /// Only what a language joins belongs to a value: here no bracket is open, no operator and no
    /// continuation stands at the end of the line, and the next line is no further in.
    #[test]
    fn what_follows_on_the_next_line_never_changes_a_value(
        line in proptest::sample::select(vec![
            "DB_PASSWORD=\"{A}\"",
            "export DB_PASSWORD='{A}'",
            "db_password = \"{A}\"",
            "db_password = '{A}'",
            "const dbPassword = `{A}`",
            "$password = \"{A}\";",
            "password: \"{A}\"",
            "\"password\": \"{A}\"",
        ]),
        end in proptest::sample::select(vec!["\n", "\r\n"]),
        next in "[\"'`&+. ]{0,2}[\"'`][ -~]{0,30}|[ -~]{0,40}",
    ) {
        let rules = Rules::builtin();
        let mut scanner = Scanner::new(&rules);
        let line = line.replace("{A}", &generated(6, 20));
        let text = format!("{line}{end}{next}{end}");
        let indent = next.len() - next.trim_start().len();
        proptest::prop_assume!(indent == 0);
        let value = line.find(&generated(6, 20)[..]).unwrap_or(0);
        for candidate in scanner.candidates(text.as_bytes()) {
            if candidate.secret.start <= line.len() {
                proptest::prop_assert_eq!(candidate.secret, value..value + 20, "{}", text);
                proptest::prop_assert!(candidate.identity.is_none(), "{}", text);
            }
        }
    }
}

#[test]
fn wrapped_base64_is_one_value() {
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    let value = generated(5, 150);
    let (first, rest) = value.split_at(64);
    let (second, third) = rest.split_at(64);
    for end in ["\n", "\r\n"] {
        let lines = ["api_secret: |", first, second, third, "user: anna", ""];
        let text = lines.join(&format!("{end}  ")).replace("  user", "user");
        assert_eq!(identities(&mut scanner, &text), [value.as_bytes()], "{text}");
    }
}

/// Notations in which no sign of a value means anything else, and the signs that it may not have there.
const ALL_SIGNS: &[(&str, &str, &str)] = &[
    (".env", "DB_PASSWORD={V}\n", "\"'`#\\"),
    (".env, quoted", "DB_PASSWORD=\"{V}\"\n", "\"\\"),
    ("YAML", "db_password: {V}\n", "\"'`#\\"),
    ("YAML, quoted", "smtp_password: '{V}'\n", "'\\"),
    ("compose", "    environment:\n      - POSTGRES_PASSWORD={V}\n", "\"'`#\\"),
    ("properties", "app.secret={V}\n", "\"'`#\\"),
    ("JSON", "{\n  \"user\": \"app\",\n  \"password\": \"{V}\"\n}\n", "\"\\"),
    ("Python", "SECRET_KEY = \"{V}\"\n", "\"\\"),
    ("PHP", "define('API_TOKEN', '{V}');\n", "'\\"),
    ("shell", "export ADMIN_PASS='{V}'\n", "'\\"),
];

#[test]
fn generated_passwords_are_found_whatever_signs_they_have() {
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    for (what, notation, without) in ALL_SIGNS {
        let signs: Vec<u8> = (b'!'..=b'~').filter(|b| !without.as_bytes().contains(b)).collect();
        let mut seed = 17_u64;
        let mut draw = |from: &[u8]| {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            char::from(from[(seed >> 33) as usize % from.len()])
        };
        let letters: Vec<u8> = signs.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
        let count = 100;
        let found = (0..count).filter(|_| {
            // YAML and others give a sign at the beginning a meaning of its own.
            let mut value = String::from(draw(&letters));
            value.extend((1..20).map(|_| draw(&signs)));
            let text = notation.replace("{V}", &value);
            !found(&mut scanner, &text, Confidence::Pattern).is_empty()
        });
        let found = found.count();
        assert!(found * 100 >= count * 95, "{what}: {found} of {count}");
    }
}

#[test]
fn what_is_no_secret_is_left_alone_in_every_notation() {
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    for text in HARMLESS {
        let values = found(&mut scanner, text, Confidence::Pattern);
        assert!(values.is_empty(), "{text}{values:?}");
    }
}

#[test]
fn guessable_passwords_are_said_to_be_and_placeholders_are_no_more_than_weak() {
    let rules = Rules::builtin();
    let mut scanner = Scanner::new(&rules);
    for word in ["password123", "admin", "letmein", "changeme", "postgres", "secret", "qwertz"] {
        for (what, notation) in NOTATIONS {
            let text = notation.replace("{V}", word);
            for found in scanner.candidates(text.as_bytes()) {
                if text[found.secret.clone()] == *word && found.confidence >= Confidence::Pattern {
                    assert!(found.evidence.contains(&Evidence::WeakValue), "{what}: {word}");
                    assert_ne!(word, "changeme", "{what}");
                }
            }
        }
    }
}
