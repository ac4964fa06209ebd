//! Samples of every language and format, each with harmless twins: texts that look alike and read nothing.

use super::forms;
use super::key_files::KeyFiles;
use super::languages::LANGUAGES;
use super::model::Binding;
use super::source::Source;
use super::trace::{Names, Placed};
use super::tree::Tree;
use crate::finding::reader::Readers;

/// What a file takes, `line:name`, in order.
fn takes(path: &str, text: &str) -> Vec<String> {
    let tree = Tree::new("r", [path.to_owned()]);
    let found = forms::read(&Source::new(&tree, path, text), &KeyFiles::new(Vec::new()));
    let shown = |binding: &Binding| {
        let line = *binding.lines.start();
        let names = binding.takes.iter().map(move |name| format!("{line}:{}", name.shown()));
        names.collect::<Vec<_>>()
    };
    found.iter().flat_map(shown).collect()
}

#[test]
fn every_language_reads_the_environment() {
    for (path, text, wanted) in [
        ("a.js", "const a = process.env.A_KEY || '';", "1:A_KEY"),
        ("a.ts", "const { A_KEY, B: c = 'x' } = process.env;", "1:A_KEY 1:B"),
        ("a.ts", "const a = process.env['A_KEY'];\nconst b = `x${process.env.B}y`", "1:A_KEY 2:B"),
        ("a.vue", "x = import.meta.env.VITE_A", "1:VITE_A"),
        ("a.mjs", "Deno.env.get(\"A\")", "1:A"),
        ("a.ts", "this.config.get<string>('db.password')", "1:db.password"),
        (
            "a.ts",
            "export const env = createEnv({ server: {\n STRIPE_KEY: z.string() } })",
            "2:STRIPE_KEY",
        ),
        (
            "a.py",
            "a = os.environ['A']\nb = os.environ.get(\"B\", 'x')\nc = os.getenv('C')",
            "1:A 2:B 3:C",
        ),
        ("a.py", "from decouple import config\nX = config('A_B', cast=str)", "2:A_B"),
        ("a.py", "e = Env()\nA = env.str(\"A\")\nB = f\"{os.environ['B']}x\"", "2:A 3:B"),
        (
            "a.py",
            "class S(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='APP_')\n    db_pass: str\nx: int = 1\n",
            "3:APP_DB_PASS",
        ),
        ("a.rb", "ENV['A']\nENV.fetch(\"B\")\n\"x#{ENV['C']}\"", "1:A 2:B 3:C"),
        (
            "A.java",
            "String a = System.getenv(\"A\");\n@Value(\"${db.password}\") String p;",
            "1:A 2:db.password",
        ),
        ("a.kt", "val a = System.getenv(\"A\")\nval b = System.getenv()[\"B\"]", "1:A 2:B"),
        ("a.scala", "sys.env(\"A\")\nsys.env.getOrElse(\"B\", \"\")", "1:A 2:B"),
        ("a.go", "os.Getenv(\"A\")\nviper.GetString(\"db.password\")", "1:A 2:db.password"),
        (
            "a.go",
            "type C struct {\n\tP string `envconfig:\"DB_PASS\" required:\"true\"`\n}",
            "2:DB_PASS",
        ),
        ("a.rs", "let a = std::env::var(\"A\")?; let b = env!(\"B\"); fn f<'a>() {}", "1:A 1:B"),
        ("a.rs", "#[arg(long, env = \"A\")]\na: String,", "1:A"),
        (
            "a.cs",
            "Environment.GetEnvironmentVariable(\"A\");\nConfiguration[\"Db:Password\"]",
            "1:A 2:Db:Password",
        ),
        ("a.cs", "builder.Configuration.GetConnectionString(\"Main\")", "1:ConnectionStrings:Main"),
        ("a.php", "getenv('A'); $_ENV[\"B\"]; env('C', 'x');", "1:A 1:B 1:C"),
        ("a.swift", "ProcessInfo.processInfo.environment[\"A\"]", "1:A"),
        ("a.pl", "my $a = $ENV{A}; print \"$ENV{'B'}\";", "1:A 1:B"),
        ("a.exs", "System.get_env(\"A\")\nSystem.fetch_env!(\"B\")", "1:A 2:B"),
        ("a.erl", "os:getenv(\"A\")", "1:A"),
        ("a.c", "char *a = getenv(\"A\");", "1:A"),
        ("a.cpp", "std::getenv(\"A\")", "1:A"),
        ("a.R", "Sys.getenv(\"A\")", "1:A"),
        ("a.lua", "local a = os.getenv(\"A\")", "1:A"),
        ("a.dart", "Platform.environment['A']", "1:A"),
        ("a.ps1", "$env:A\nWrite-Host \"x $env:B\"", "1:A 2:B"),
        ("a.sh", "curl -H \"x: $A\" ${B:-c}", "1:A 1:B"),
        ("Makefile", "deploy:\n\tcurl $(A) $$B\n", "2:A 2:B"),
        ("run", "#!/usr/bin/env python3\nimport os\nos.getenv('A')", "3:A"),
    ] {
        assert_eq!(takes(path, text).join(" "), wanted, "{path}: {text}");
    }
}

#[test]
fn comments_messages_and_other_objects_read_nothing() {
    for (path, text) in [
        ("a.js", "// process.env.A\n/* process.env.B */\nthrow Error('process.env.C is not set')"),
        ("a.js", "process.env.A = 'x';\ndelete process.env.B;"),
        ("a.py", "os.environ['A'] = 'x'\ndel os.environ['B']"),
        ("a.rb", "ENV['A'] = 'x'"),
        ("a.js", "`process.env.A`; my.process_env.A; subprocess.env.A"),
        (
            "a.py",
            "# os.environ['A']\n\"\"\"os.getenv('B')\"\"\"\nprint(\"os.environ['C']\")\nenviron_copy['D']",
        ),
        ("a.py", "class S(Base):\n    db_pass: str\n"),
        ("a.rb", "# ENV['A']\nputs 'ENV[\"B\"]'\nMY_ENV_LIST['C']"),
        ("A.java", "// System.getenv(\"A\")\nlog(\"System.getenv(\\\"B\\\")\");\nMap.get(\"C\")"),
        ("a.go", "// os.Getenv(\"A\")\nfmt.Println(`os.Getenv(\"B\")`)"),
        ("a.rs", "// std::env::var(\"A\")\nlet x = \"env!(\\\"B\\\")\";"),
        ("a.cs", "// Environment.GetEnvironmentVariable(\"A\")\nvar x = \"Configuration[x]\";"),
        ("a.php", "# getenv('A')\n// $_ENV['B']\necho \"getenv('C')\";"),
        ("a.pl", "# $ENV{A}\nprint '$ENV{B}';"),
        ("a.exs", "# System.get_env(\"A\")"),
        ("a.c", "/* getenv(\"A\") */ puts(\"getenv(B)\"); mygetenv(\"C\");"),
        ("a.R", "# Sys.getenv(\"A\")"),
        ("a.lua", "-- os.getenv(\"A\")\n--[[ os.getenv(\"B\") ]]"),
        ("a.swift", "// ProcessInfo.processInfo.environment[\"A\"]"),
        ("a.ps1", "# $env:A\nWrite-Host '$env:B'"),
        ("a.sh", "# $A\necho '$B' \\$C $1 $@"),
        ("a.md", "process.env.A"),
    ] {
        assert_eq!(takes(path, text), [""; 0], "{path}: {text}");
    }
}

#[test]
fn names_of_languages_and_their_files_are_distinct() {
    let mut files: Vec<&str> = LANGUAGES.iter().flat_map(|one| one.files).copied().collect();
    files.sort_unstable();
    assert!(files.windows(2).all(|two| two[0] != two[1]), "{files:?}");
    for language in LANGUAGES {
        // Compiles every pattern.
        let path = format!("a{}", language.files[0]);
        takes(&path, &language.words.join("\n"));
        assert!(!language.name.is_empty() && !language.words.is_empty());
    }
}

/// The readers of what the first file gives at a line, `path:line name service`.
pub(super) fn followed(files: &[(&str, &str)], line: usize) -> Vec<String> {
    let (places, common) = traced(files, line);
    assert_eq!(common, [""; 0]);
    places
}

fn traced(files: &[(&str, &str)], line: usize) -> (Vec<String>, Vec<String>) {
    let mut tree = Tree::new("r", files.iter().map(|(path, _)| (*path).to_owned()));
    files.iter().for_each(|(path, text)| tree.note_name(path, text));
    let mut placed = Vec::new();
    let mut sorted = files.to_vec();
    sorted.sort_unstable();
    for (path, text) in sorted {
        let bindings =
            forms::read(&Source::new(&tree, path, text), &KeyFiles::new(Vec::new())).into_iter();
        placed.extend(bindings.map(|binding| Placed { path: path.to_owned(), binding }));
    }
    let names = Names::new(&tree, placed);
    let starts = names.given_at(files[0].0, line, line);
    assert!(!starts.is_empty(), "line {line} of {} gives no name", files[0].0);
    let starts = starts.into_iter().map(|(at, given)| (Some(at), given)).collect();
    let Readers { places, common } = names.readers(starts);
    let shown = places.into_iter().map(|one| {
        format!("{}:{} {} {}", one.path, one.line, one.name, one.service.unwrap_or_default())
    });
    (shown.collect(), common.into_iter().map(|one| one.name).collect())
}

const ENV: &str = "DB_PASS=x\n";

#[test]
fn a_name_is_followed_through_compose_into_code() {
    let compose = "services:\n  api:\n    build: ./api\n    environment:\n      DATABASE_PASSWORD: ${DB_PASS}\n  web:\n    build: ./web\n";
    let found = followed(
        &[
            (".env", ENV),
            ("docker-compose.yml", compose),
            ("api/db.py", "import os\np = os.environ['DATABASE_PASSWORD']\n"),
            ("web/db.py", "import os\np = os.environ['DATABASE_PASSWORD']\n"),
        ],
        1,
    );
    assert_eq!(found, ["api/db.py:2 DATABASE_PASSWORD api", "docker-compose.yml:5 DB_PASS api"]);
}

#[test]
fn the_nearest_file_of_variables_counts() {
    let read = "x = process.env.MAIL_PASS\n";
    let files = [
        ("services/a/.env", "MAIL_PASS=x\n"),
        ("services/b/.env", "MAIL_PASS=y\n"),
        ("services/a/i.js", read),
        ("services/b/i.js", read),
        ("services/c/i.js", read),
    ];
    assert_eq!(followed(&files, 1), ["services/a/i.js:1 MAIL_PASS a"]);
    let files = [
        (".env", "MAIL_PASS=x\n"),
        ("b/.env", "MAIL_PASS=y\n"),
        ("a/i.js", read),
        ("b/i.js", read),
    ];
    assert_eq!(followed(&files, 1), ["a/i.js:1 MAIL_PASS r"]);
}

#[test]
fn a_file_of_variables_is_handed_to_a_service_as_a_whole() {
    let compose = "services:\n  api:\n    build: ./api\n    env_file:\n      - ./deploy/api.env\n";
    let files = [
        ("deploy/api.env", "MAIL_PASS=x\n"),
        ("compose.yaml", compose),
        ("api/a.go", "package a\nvar p = os.Getenv(\"MAIL_PASS\")\n"),
    ];
    let found = followed(&files, 1);
    assert_eq!(found, ["api/a.go:2 MAIL_PASS api", "compose.yaml:5 MAIL_PASS api"]);
}

#[test]
fn secrets_of_actions_are_followed_to_the_jobs() {
    let workflow = "on: push\njobs:\n  deploy:\n    steps:\n      - run: ./deploy.sh\n        env:\n          TOKEN_X: ${{ secrets.PYPI_TOKEN }}\n      - run: |\n          echo a\n          twine -p $TOKEN_X\n";
    let found = followed(&[(".env", "PYPI_TOKEN=x\n"), (".github/workflows/ci.yml", workflow)], 1);
    assert_eq!(found, [".github/workflows/ci.yml:7 PYPI_TOKEN job deploy of ci.yml"]);
    let joined = workflow
        .replace(
            "      - run: |",
            "        x: y\n      - env:\n          T: ${{ secrets.PYPI_TOKEN }}\n        run: |",
        )
        .replace("$TOKEN_X", "$T");
    let found = followed(&[(".env", "PYPI_TOKEN=x\n"), (".github/workflows/ci.yml", &joined)], 1);
    assert!(
        found.contains(&".github/workflows/ci.yml:13 PYPI_TOKEN job deploy of ci.yml".to_owned()),
        "{found:?}"
    );
}

#[test]
fn names_that_everything_uses_are_not_followed() {
    let read = "x = process.env.TOKEN\n";
    let paths: Vec<String> = (0..9).map(|n| format!("services/s{n}/i.js")).collect();
    let mut files = vec![(".env", "TOKEN=x\n")];
    files.extend(paths.iter().map(|path| (path.as_str(), read)));
    let (places, common) = traced(&files, 1);
    assert_eq!((places.len(), common), (0, vec!["TOKEN".to_owned()]));
    let (places, common) = traced(&files[..4], 1);
    assert_eq!((places.len(), common.len()), (3, 0));
}

/// A Secret of Kubernetes with a key, in a namespace if there is one.
fn secret(namespace: &str) -> String {
    format!(
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: db\n{namespace}stringData:\n  password: x\n"
    )
}

#[test]
fn secrets_of_kubernetes_are_followed_to_containers_and_their_code() {
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: pay\nspec:\n  template:\n    spec:\n      containers:\n        - name: main\n          image: example.net/acme/pay:1\n          env:\n            - name: PG_PASS\n              valueFrom:\n                secretKeyRef:\n                  name: db\n                  key: password\n            - name: OTHER\n              valueFrom: {secretKeyRef: {name: db, key: user}}\n          envFrom:\n            - secretRef:\n                name: db\n              prefix: DB_\n      volumes:\n        - name: v\n          secret:\n            secretName: db\n";
    let files = [
        ("k8s/secret.yaml", &*secret("")),
        ("k8s/pay.yaml", deployment),
        (
            "services/pay/a.go",
            "package a\nvar p = os.Getenv(\"PG_PASS\")\nvar q = os.Getenv(\"DB_password\")\n",
        ),
        ("services/ship/a.go", "package a\nvar p = os.Getenv(\"PG_PASS\")\n"),
    ];
    let wanted = [
        "k8s/pay.yaml:12 db/password pay",
        "k8s/pay.yaml:20 db/password pay",
        "k8s/pay.yaml:25 db/password pay",
        "services/pay/a.go:2 PG_PASS pay",
        "services/pay/a.go:3 DB_password pay",
    ];
    assert_eq!(followed(&files, 6), wanted);
}

#[test]
fn a_secret_is_one_in_its_namespace() {
    let uses = |namespace: &str| {
        format!(
            "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n{namespace}spec:\n  containers:\n    - env:\n        - name: P\n          valueFrom:\n            secretKeyRef: {{name: db, key: password}}\n"
        )
    };
    let (prod, test) = ("  namespace: prod\n", "  namespace: test\n");
    let files = [
        ("a/secret.yaml", &*secret(prod)),
        ("a/pod.yaml", &*uses(prod)),
        ("a/test.yaml", &*uses(test)),
    ];
    assert_eq!(followed(&files, 7), ["a/pod.yaml:9 db/password a"]);
    // Without namespaces, the nearest one counts.
    let files = [
        ("prod/secret.yaml", &*secret("")),
        ("test/secret.yaml", &*secret("")),
        ("prod/pod.yaml", &*uses("")),
        ("test/pod.yaml", &*uses("")),
    ];
    assert_eq!(followed(&files, 6), ["prod/pod.yaml:8 db/password a"]);
}

#[test]
fn values_of_charts_are_followed_through_templates() {
    let template = "apiVersion: v1\nkind: Secret\nmetadata:\n  name: {{ include \"x\" . }}-db\ndata:\n  # {{ .Values.db.password }}\n  pass: {{ .Values.db.password | b64enc }}\n  user: {{ .Values.db.passwordFor }}\n";
    let pod = "apiVersion: v1\nkind: Deployment\nmetadata:\n  name: {{ include \"x\" . }}\nspec:\n  containers:\n    - name: c\n      env:\n        - name: PG_PASS\n          valueFrom:\n            secretKeyRef:\n              name: {{ include \"x\" . }}-db\n              key: pass\n";
    let files = [
        ("charts/pay/values.yaml", "db:\n  password: x\n"),
        ("charts/pay/Chart.yaml", "name: pay\n"),
        ("charts/pay/templates/secret.yaml", template),
        ("charts/pay/templates/pod.yaml", pod),
        ("charts/ship/Chart.yaml", "name: ship\n"),
        ("charts/ship/templates/secret.yaml", template),
    ];
    let wanted = [
        "charts/pay/templates/pod.yaml:9 {{include\"x\".}}-db/pass pay",
        "charts/pay/templates/secret.yaml:7 db.password Secret pay",
    ];
    assert_eq!(followed(&files, 2), wanted);
}

#[test]
fn variables_of_terraform_are_followed_into_modules_and_resources() {
    let main = "variable \"pass\" {}\n# var.pass\nmodule \"db\" {\n  source = \"./modules/db\"\n  password = var.pass\n}\nresource \"aws_lambda_function\" \"pay\" {\n  environment {\n    variables = {\n      PG_PASS = var.pass\n      PG_PASSPORT = var.passport\n    }\n  }\n}\n";
    let module = "variable \"password\" {}\nresource \"aws_db_instance\" \"x\" {\n  password = var.password\n}\noutput \"url\" {\n  value = \"postgres://a:${var.password}@b\"\n}\n";
    let files = [
        ("infra/prod.tfvars", "pass = \"x\"\n"),
        ("infra/main.tf", main),
        ("infra/out.tf", "locals {\n  u = module.db.url\n}\n"),
        ("infra/modules/db/main.tf", module),
        ("services/pay/i.js", "x(process.env.PG_PASS)\n"),
    ];
    let wanted = [
        "infra/main.tf:4 output/url module db",
        "infra/main.tf:5 var.pass module db",
        "infra/main.tf:10 var.pass aws_lambda_function.pay",
        "infra/modules/db/main.tf:3 var.password aws_db_instance.x",
        "infra/modules/db/main.tf:6 var.password output url",
        "infra/out.tf:2 module.db/url ",
        "services/pay/i.js:1 PG_PASS pay",
    ];
    assert_eq!(followed(&files, 1), wanted);
}

#[test]
fn ci_systems_use_variables_in_their_own_ways() {
    let gitlab = "deploy:\n  variables:\n    PGPASS: $MAIL_PASS\n  script:\n    - ./x $MAIL_PASS\n    # $MAIL_PASS\n    - echo '${MAIL_PASSPORT}'\n";
    let azure = "trigger: [main]\nsteps:\n  - script: ./x\n    env:\n      T: $(MAIL_PASS)\n";
    let bitbucket =
        "pipelines:\n  default:\n    - step:\n        script:\n          - ./x ${MAIL_PASS}\n";
    let jenkins = "pipeline {\n  environment {\n    T = credentials('mail-pass')\n  }\n  // credentials('mail-pass')\n  steps { sh 'x $T' }\n}\n";
    for (path, text, wanted) in [
        (
            ".gitlab-ci.yml",
            gitlab,
            ".gitlab-ci.yml:3 MAIL_PASS job deploy of .gitlab-ci.yml, .gitlab-ci.yml:5 MAIL_PASS job deploy of .gitlab-ci.yml",
        ),
        ("azure-pipelines.yml", azure, "azure-pipelines.yml:5 MAIL_PASS azure-pipelines.yml"),
        (
            "bitbucket-pipelines.yml",
            bitbucket,
            "bitbucket-pipelines.yml:5 MAIL_PASS job default of bitbucket-pipelines.yml",
        ),
        (
            "Jenkinsfile",
            jenkins,
            "Jenkinsfile:3 MAIL_PASS Jenkinsfile, Jenkinsfile:6 T Jenkinsfile",
        ),
    ] {
        assert_eq!(
            followed(&[(".env", "MAIL_PASS=x\n"), (path, text)], 1).join(", "),
            wanted,
            "{path}"
        );
    }
}

#[test]
fn units_and_images_hand_variables_on() {
    let unit = "[Service]\nEnvironmentFile=-/etc/pay/pay.env\n# EnvironmentFile=/etc/pay/pay.env\nExecStart=/bin/pay ${MAIL_PASS}\n";
    let files = [
        ("deploy/pay/pay.env", "MAIL_PASS=x\n"),
        ("deploy/pay.service", unit),
        ("services/pay/a.rb", "ENV.fetch('MAIL_PASS')\n"),
    ];
    let found = followed(&files, 1);
    assert_eq!(found[0], "deploy/pay.service:2 MAIL_PASS pay", "{found:?}");
    assert!(found.contains(&"services/pay/a.rb:1 MAIL_PASS pay".to_owned()), "{found:?}");
    let image = "FROM x\n# ENV A=$MAIL_PASS\nARG MAIL_PASS\nENV PASS_FOR_MAIL=$MAIL_PASS\n";
    let files = [
        (".env", "MAIL_PASS=x\n"),
        ("Dockerfile", image),
        ("i.js", "x(process.env.PASS_FOR_MAIL)\n"),
    ];
    assert_eq!(
        followed(&files, 1),
        ["Dockerfile:3 MAIL_PASS r", "Dockerfile:4 MAIL_PASS r", "i.js:1 PASS_FOR_MAIL r"]
    );
}

#[test]
fn settings_are_read_by_their_paths() {
    let files = [
        ("src/main/resources/application.yml", "mail:\n  smtp-password: x\n"),
        (
            "src/main/java/A.java",
            "@Value(\"${mail.smtpPassword}\")\nString p;\n@Value(\"${mail.smtp}\")\n",
        ),
    ];
    assert_eq!(followed(&files, 2), ["src/main/java/A.java:1 mail.smtpPassword r"]);
    let files = [
        ("appsettings.json", "{\n  \"Mail\": {\n    \"Password\": \"x\"\n  }\n}\n"),
        ("A.cs", "var p = Configuration[\"Mail:Password\"];\n"),
    ];
    assert_eq!(followed(&files, 3), ["A.cs:1 Mail:Password r"]);
    let files = [
        (".env", "MAIL_SMTP_PASSWORD=x\n"),
        ("application.properties", "mail.password=${MAIL_SMTP_PASSWORD:}\n"),
        ("A.java", "@Value(\"${mail.password}\")\nString p;\n"),
    ];
    assert_eq!(
        followed(&files, 1),
        ["A.java:1 mail.password r", "application.properties:1 MAIL_SMTP_PASSWORD r"]
    );
}

#[test]
fn paths_in_secret_managers_are_followed() {
    let put = "aws ssm put-parameter --name /prod/mail/password --value x\n";
    let external = "apiVersion: external-secrets.io/v1\nkind: ExternalSecret\nmetadata:\n  name: mail\nspec:\n  data:\n    - secretKey: pass\n      remoteRef:\n        key: prod/mail/password\n";
    let files = [
        ("put.sh", put),
        (
            "a.py",
            "# ssm.get_parameter(Name='/prod/mail/password')\nssm.get_parameter(Name='/prod/mail/password')\nssm.get_parameter(Name='/prod/mail/passwords')\n",
        ),
        ("k8s/e.yaml", external),
    ];
    let wanted =
        ["a.py:2 prod/mail/password r", "k8s/e.yaml:7 prod/mail/password ExternalSecret mail"];
    assert_eq!(followed(&files, 1), wanted);
}
