//! The eight repositories.

use super::Company;
use super::languages::program;

/// Writes all of them.
pub(super) fn all(company: &mut Company) {
    payments(company);
    catalog(company);
    platform(company);
    charts(company);
    infra(company);
    legacy(company);
    mobile(company);
    data(company);
}

fn upper(name: &str) -> String {
    name.to_ascii_uppercase()
}

/// Node, with a compose file that renames variables, and workflows of GitHub.
fn payments(company: &mut Company) {
    const SERVICES: &[(&str, &str)] = &[
        ("checkout", "node"),
        ("refunds", "typescript"),
        ("ledger", "node"),
        ("invoices", "typescript"),
        ("fraud", "node"),
        ("payouts", "node"),
    ];
    let mut values = Vec::new();
    for (service, _) in SERVICES {
        let mut value = company.credential(&format!("payments/{service}"));
        if *service == "checkout" && company.time > 1 {
            company.credentials.remove(&value);
            value = company.rotated("payments/checkout");
        }
        values.push(value);
    }
    let deploy = company.credential("payments/deploy");
    let common = company.credential("payments/common");
    let relay: Vec<String> = ["ledger", "invoices"]
        .map(|one| company.credential(&format!("payments/relay-{one}")))
        .into();
    let added = (company.time > 1).then(|| {
        let value = super::minted("github-pat-classic", 5000);
        let known = super::Known { name: "payments/added".to_owned(), ..Default::default() };
        company.credentials.insert(value.clone(), known);
        value
    });
    let mut file = company.file("payments/.env");
    for ((service, _), value) in SERVICES.iter().zip(&values) {
        file.holds(&format!("{}_UPSTREAM_KEY={value}", upper(service)), value);
    }
    file.holds(&format!("REGISTRY_PUSH_PAT={deploy}"), &deploy);
    // Too common to follow: nothing is to be reported for it.
    file.holds(&format!("TOKEN={common}"), &common);
    if let Some(added) = &added {
        file.holds(&format!("PAYOUTS_PARTNER_KEY={added}"), added);
    }
    drop(file);
    let mut file = company.file("payments/docker-compose.yml");
    file.line("services:");
    for ((service, _), value) in SERVICES.iter().zip(&values) {
        file.line(&format!("  {service}:"));
        file.line(&format!("    build: ./services/{service}"));
        file.line("    environment:");
        file.line(&format!("      # PARTNER_KEY: ${{{}_UPSTREAM_KEY}}", upper(service)));
        file.reads(&format!("      PARTNER_KEY: ${{{}_UPSTREAM_KEY}}", upper(service)), value);
        file.line(&format!(
            "      LOG_LEVEL: ${{{}_UPSTREAM_KEY_LOG_LEVEL:-info}}",
            upper(service)
        ));
    }
    drop(file);
    for (service, value) in ["ledger", "invoices"].iter().zip(&relay) {
        let mut file = company.file(&format!("payments/services/{service}/.env"));
        file.holds(&format!("MAIL_RELAY_SECRET_KEY={value}"), value);
    }
    for ((service, language), value) in SERVICES.iter().zip(&values) {
        let directory = format!("payments/services/{service}");
        company
            .file(&format!("{directory}/package.json"))
            .line(&format!("{{ \"name\": \"@pay/{service}\" }}"));
        let own =
            ["ledger", "invoices"].iter().position(|one| one == service).map(|at| &*relay[at]);
        let added = added.as_deref().filter(|_| *service == "payouts");
        let mut variables =
            vec![("PARTNER_KEY", Some(&**value)), ("TOKEN", None), ("MAIL_RELAY_SECRET_KEY", own)];
        if *service == "payouts" && added.is_some() {
            variables.push(("PAYOUTS_PARTNER_KEY", added));
        }
        program(company, &directory, language, &variables);
    }
    let mut file = company.file("payments/.github/workflows/deploy.yml");
    for line in [
        "on: push",
        "jobs:",
        "  image:",
        "    runs-on: ubuntu-latest",
        "    steps:",
        "      - uses: actions/checkout@v4",
    ] {
        file.line(line);
    }
    file.line("      - run: |").line("          docker build .");
    file.reads("          docker login -p \"$PUSH\"", &deploy);
    file.line("          # docker login -p $PUSH").line("        env:");
    file.reads("          PUSH: ${{ secrets.REGISTRY_PUSH_PAT }}", &deploy);
    file.line("          OTHER: ${{ secrets.REGISTRY_PUSH_PATH }}");
    file.line("  other:").line("    steps:").line("      - run: echo $PUSH");
}

/// Python, with files of variables for each service, and GitLab.
fn catalog(company: &mut Company) {
    const SERVICES: &[&str] = &["search", "items", "prices", "stock", "images", "reviews"];
    let publish = company.credential("catalog/publish");
    let feed = company.credential("catalog/feed");
    let mut file = company.file("catalog/.env");
    file.holds(&format!("PYPI_PUBLISH_PAT={publish}"), &publish);
    file.holds(&format!("VENDOR_FEED_KEY={feed}"), &feed);
    drop(file);
    let mut values = Vec::new();
    for service in SERVICES {
        let value = company.credential(&format!("catalog/{service}"));
        let mut file = company.file(&format!("catalog/deploy/{service}.env"));
        file.line("PORT=8000").holds(&format!("INDEX_WRITE_KEY={value}"), &value);
        values.push(value);
    }
    let mut file = company.file("catalog/compose.yaml");
    file.line("services:");
    for (service, value) in SERVICES.iter().zip(&values) {
        file.line(&format!("  {service}:"))
            .line(&format!("    build: {{context: ./apps/{service}}}"));
        file.line("    env_file:").reads(&format!("      - deploy/{service}.env"), value);
    }
    drop(file);
    for (service, value) in SERVICES.iter().zip(&values) {
        let reads_feed = ["items", "prices", "stock"].contains(service);
        let mut variables = vec![("INDEX_WRITE_KEY", Some(&**value))];
        if reads_feed {
            variables.push(("VENDOR_FEED_KEY", Some(&*feed)));
        }
        program(company, &format!("catalog/apps/{service}"), "python", &variables);
    }
    let mut file = company.file("catalog/.gitlab-ci.yml");
    file.line("stages: [publish]").line("publish:").line("  stage: publish").line("  script:");
    file.reads("    - twine upload -p \"$PYPI_PUBLISH_PAT\" dist/*", &publish);
    file.line("    # - twine upload -p $PYPI_PUBLISH_PAT").line("    - echo $PYPI_PUBLISH_PATH");
}

/// Go, with plain manifests of Kubernetes.
fn platform(company: &mut Company) {
    const SERVICES: &[&str] =
        &["auth", "gateway", "sessions", "audit", "mailer", "notify", "billing", "reports"];
    for service in SERVICES {
        let value = company.credential(&format!("platform/{service}"));
        let variable = format!("{}_API_KEY", upper(service));
        let from_all = ["notify", "billing"].contains(service);
        let namespace = if *service == "audit" { "  namespace: prod" } else { "  labels: {}" };
        let key = if from_all { variable.as_str() } else { "api-key" };
        let mut file = company.file(&format!("platform/k8s/{service}/secret.yaml"));
        file.line("apiVersion: v1").line("kind: Secret").line("metadata:");
        file.line(&format!("  name: {service}-upstream")).line(namespace).line("stringData:");
        file.line("  user: app").holds(&format!("  {key}: {value}"), &value);
        drop(file);
        manifest(company, service, namespace, &variable, from_all, "deployment", Some(&value));
        let mut variables = vec![(variable.as_str(), Some(value.as_str()))];
        let mail = (*service == "mailer").then(|| company.credential("platform/mail"));
        if let Some(mail) = &mail {
            let mut file = company.file("platform/k8s/mailer/mail.env");
            file.holds(&format!("SMTP_RELAY_KEY={mail}"), mail);
            drop(file);
            let mut file = company.file("platform/k8s/mailer/kustomization.yaml");
            file.line("resources: [deployment.yaml, secret.yaml]").line("secretGenerator:");
            file.line("  - name: mail-relay").line("    envs:").reads("      - mail.env", mail);
            drop(file);
            let mut file = company.file("platform/k8s/mailer/job.yaml");
            for line in [
                "apiVersion: batch/v1",
                "kind: Job",
                "metadata:",
                "  name: mailer",
                "spec:",
                "  template:",
                "    spec:",
                "      containers:",
                "        - name: mailer",
                "          envFrom:",
            ] {
                file.line(line);
            }
            file.reads("            - secretRef:", mail).line("                name: mail-relay");
            variables.push(("SMTP_RELAY_KEY", Some(mail)));
        }
        program(company, &format!("platform/services/{service}"), "go", &variables);
        company
            .file(&format!("platform/services/{service}/go.mod"))
            .line(&format!("module example.net/platform/{service}"));
    }
    // The same names with another value in another namespace.
    let staging = company.credential("platform/audit-staging");
    let mut file = company.file("platform/k8s/staging/secret.yaml");
    for line in [
        "apiVersion: v1",
        "kind: Secret",
        "metadata:",
        "  name: audit-upstream",
        "  namespace: staging",
        "stringData:",
    ] {
        file.line(line);
    }
    file.holds(&format!("  api-key: {staging}"), &staging);
    drop(file);
    let mut file = company.file("platform/k8s/staging/job.yaml");
    for line in [
        "apiVersion: batch/v1",
        "kind: Job",
        "metadata:",
        "  name: smoke-test",
        "  namespace: staging",
        "spec:",
        "  containers:",
        "    - name: smoke",
        "      env:",
    ] {
        file.line(line);
    }
    file.reads("        - name: SMOKE_KEY", &staging);
    file.line("          valueFrom: {secretKeyRef: {name: audit-upstream, key: api-key}}");
}

fn manifest(
    company: &mut Company,
    service: &str,
    namespace: &str,
    variable: &str,
    from_all: bool,
    name: &str,
    value: Option<&str>,
) {
    let mut file = company.file(&format!("platform/k8s/{service}/{name}.yaml"));
    file.line("apiVersion: apps/v1").line("kind: Deployment").line("metadata:");
    file.line(&format!("  name: {service}")).line(namespace);
    for line in ["spec:", "  template:", "    spec:", "      containers:", "        - name: main"] {
        file.line(line);
    }
    file.line(&format!("          image: registry.example.net/platform/{service}:1.2"));
    let value = value.unwrap_or_default();
    if from_all {
        file.line("          envFrom:").reads("            - secretRef:", value);
        file.line(&format!("                name: {service}-upstream"));
    } else {
        file.line("          env:").line("            - name: USER");
        file.line(&format!(
            "              valueFrom: {{secretKeyRef: {{name: {service}-upstream, key: user}}}}"
        ));
        file.reads(&format!("            - name: {variable}"), value);
        file.line("              valueFrom:").line("                secretKeyRef:");
        file.line(&format!("                  name: {service}-upstream"))
            .line("                  key: api-key");
    }
}

/// Charts of Helm, with the programs beside them.
fn charts(company: &mut Company) {
    const SERVICES: &[(&str, &str)] =
        &[("web", "ruby"), ("cms", "php"), ("forum", "ruby"), ("wiki", "rust"), ("chat", "elixir")];
    for (service, language) in SERVICES {
        let value = company.credential(&format!("charts/{service}"));
        let chart = format!("charts/helm/{service}-chart");
        company
            .file(&format!("{chart}/Chart.yaml"))
            .line("apiVersion: v2")
            .line(&format!("name: {service}"));
        let mut file = company.file(&format!("{chart}/values.yaml"));
        file.line("replicas: 1").line("upstream:").line("  host: api.example.net");
        file.holds(&format!("  token: {value}"), &value).line("  tokenTtl: 60");
        drop(file);
        let mut file = company.file(&format!("{chart}/templates/secret.yaml"));
        file.line("apiVersion: v1").line("kind: Secret").line("metadata:");
        file.line(&format!("  name: {{{{ .Release.Name }}}}-{service}")).line("data:");
        file.line("  # {{ .Values.upstream.token }}");
        file.line("  ttl: {{ .Values.upstream.tokenTtl }}");
        file.reads("  key: {{ .Values.upstream.token | b64enc }}", &value);
        drop(file);
        let mut file = company.file(&format!("{chart}/templates/deployment.yaml"));
        for line in ["apiVersion: apps/v1", "kind: Deployment", "metadata:"] {
            file.line(line);
        }
        file.line(&format!("  name: {service}"));
        for line in ["spec:", "  template:", "    spec:", "      containers:"] {
            file.line(line);
        }
        file.line(&format!("        - name: {service}")).line("          env:");
        file.reads("            - name: UPSTREAM_LOGIN", &value);
        file.line("              valueFrom:").line("                secretKeyRef:");
        file.line(&format!("                  name: {{{{.Release.Name}}}}-{service}"))
            .line("                  key: key");
        drop(file);
        program(
            company,
            &format!("charts/apps/{service}"),
            language,
            &[("UPSTREAM_LOGIN", Some(&value))],
        );
    }
    let push = company.credential("charts/push");
    company.file("charts/.env").holds(&format!("CHART_MUSEUM_PAT={push}"), &push);
    let mut file = company.file("charts/.github/workflows/release.yaml");
    file.line("on: push")
        .line("jobs:")
        .line("  push:")
        .line("    steps:")
        .line("      - uses: acme/push@v1");
    file.line("        with:").reads("          token: ${{ secrets.CHART_MUSEUM_PAT }}", &push);
}

/// Terraform, with functions.
fn infra(company: &mut Company) {
    const FUNCTIONS: &[&str] = &["resize", "thumbs", "sync", "purge"];
    let mut values = Vec::new();
    for function in FUNCTIONS {
        let value = company.credential(&format!("infra/{function}"));
        let mut file = company.file("infra/terraform/prod.tfvars");
        file.line("# tokens").holds(&format!("{function}_hook_token = \"{value}\""), &value);
        values.push(value);
    }
    for (function, value) in FUNCTIONS.iter().zip(&values) {
        let mut file = company.file("infra/terraform/main.tf");
        file.line(&format!("variable \"{function}_hook_token\" {{}}"));
        file.line(&format!("resource \"aws_lambda_function\" \"{function}\" {{"))
            .line("  environment {")
            .line("    variables = {");
        file.line(&format!("      # HOOK_LOGIN = var.{function}_hook_token"));
        file.line(&format!("      LEVEL = var.{function}_hook_token_level"));
        file.reads(&format!("      HOOK_LOGIN = var.{function}_hook_token"), value);
        file.line("    }").line("  }").line("}");
        drop(file);
        program(
            company,
            &format!("infra/lambdas/{function}"),
            "node",
            &[("HOOK_LOGIN", Some(value))],
        );
    }
    let module = company.credential("infra/module");
    company
        .file("infra/terraform/prod.tfvars")
        .holds(&format!("grafana_admin_pat = \"{module}\""), &module);
    let mut file = company.file("infra/terraform/grafana.tf");
    file.line("variable \"grafana_admin_pat\" {}")
        .line("module \"grafana\" {")
        .line("  source = \"./modules/grafana\"");
    file.reads("  admin_pat = var.grafana_admin_pat", &module).line("}");
    drop(file);
    let mut file = company.file("infra/terraform/modules/grafana/main.tf");
    file.line("variable \"admin_pat\" {}").line("resource \"grafana_service\" \"main\" {");
    file.reads("  auth = var.admin_pat", &module)
        .line("  auth_type = var.admin_pat_type")
        .line("}");
    drop(file);
    let default = company.credential("infra/default");
    let mut file = company.file("infra/terraform/edge.tf");
    file.line("variable \"edge_purge_pat\" {")
        .holds(&format!("  default = \"{default}\""), &default)
        .line("}");
    file.line("resource \"edge_zone\" \"main\" {")
        .reads("  api_token = var.edge_purge_pat", &default)
        .line("}");
    drop(file);
    let kept = company.credential("infra/kept");
    let mut file = company.file("infra/bin/seed.sh");
    file.line("#!/bin/sh");
    file.holds(
        &format!("aws ssm put-parameter --name /prod/edge/partner-key --value {kept}"),
        &kept,
    );
    drop(file);
    let mut file = company.file("infra/bin/sync.sh");
    file.line("#!/bin/sh").line("# aws ssm get-parameter --name /prod/edge/partner-key");
    file.reads("KEY=$(aws ssm get-parameter --name /prod/edge/partner-key --query x)", &kept);
    file.line("aws ssm get-parameter --name /prod/edge/partner-keys");
}

/// Java, C# and PHP on machines with systemd, and Jenkins.
fn legacy(company: &mut Company) {
    const SERVICES: &[(&str, &str)] =
        &[("erp", "java"), ("crm", "dotnet"), ("tax", "php"), ("ship", "c"), ("print", "kotlin")];
    for (service, language) in SERVICES {
        let value = company.credential(&format!("legacy/{service}"));
        let mut file = company.file(&format!("legacy/etc/{service}.env"));
        file.holds(&format!("{}_GATEWAY_KEY={value}", upper(service)), &value);
        drop(file);
        let mut file = company.file(&format!("legacy/systemd/{service}.service"));
        file.line("[Service]").line(&format!("# EnvironmentFile=/etc/legacy/etc/{service}.env"));
        file.reads(&format!("EnvironmentFile=/opt/legacy/etc/{service}.env"), &value);
        file.line(&format!("ExecStart=/opt/legacy/{service}"));
        drop(file);
        let variable = format!("{}_GATEWAY_KEY", upper(service));
        program(company, &format!("legacy/apps/{service}"), language, &[(&variable, Some(&value))]);
    }
    let spring = company.credential("legacy/spring");
    let mut file = company.file("legacy/apps/erp/src/main/resources/application.properties");
    file.line("# partner.token is below").holds(&format!("partner.feed.token={spring}"), &spring);
    drop(file);
    let mut file = company.file("legacy/apps/erp/src/main/java/Feed.java");
    file.line("class Feed {").line("  // @Value(\"${partner.feed.token}\")");
    file.reads("  @Value(\"${partner.feed.token}\") String token;", &spring);
    file.line("  @Value(\"${partner.feed.token-type}\") String type;").line("}");
    drop(file);
    let dotnet = company.credential("legacy/dotnet");
    let mut file = company.file("legacy/apps/crm/appsettings.json");
    file.line("{")
        .line("  \"Partner\": {")
        .holds(&format!("    \"ApiToken\": \"{dotnet}\""), &dotnet)
        .line("  }")
        .line("}");
    drop(file);
    let mut file = company.file("legacy/apps/crm/Feed.cs");
    file.line("// builder.Configuration[\"Partner:ApiToken\"]");
    file.reads("var token = builder.Configuration[\"Partner:ApiToken\"];", &dotnet);
    file.line("var type = builder.Configuration[\"Partner:ApiTokenType\"];");
    drop(file);
    let nexus = company.credential("legacy/nexus");
    company.file("legacy/.env").holds(&format!("NEXUS_DEPLOY_PAT={nexus}"), &nexus);
    let mut file = company.file("legacy/Jenkinsfile");
    file.line("pipeline {")
        .line("  environment {")
        .line("    // X = credentials('nexus-deploy-pat')");
    file.reads("    NEXUS = credentials('nexus-deploy-pat')", &nexus).line("  }").line("  steps {");
    file.reads("    sh 'mvn deploy -Dpat=$NEXUS'", &nexus)
        .line("    sh 'echo $NEXUS_URL'")
        .line("  }")
        .line("}");
}

/// Apps, with Azure and Bitbucket.
fn mobile(company: &mut Company) {
    const SERVICES: &[(&str, &str)] =
        &[("ios", "swift"), ("android", "kotlin"), ("push", "typescript")];
    for (service, language) in SERVICES {
        let value = company.credential(&format!("mobile/{service}"));
        let path = match (*service, company.time) {
            ("ios", 3) => "mobile/services/ios/.env.production".to_owned(),
            _ => format!("mobile/services/{service}/.env"),
        };
        company.file(&path).holds(&format!("CRASH_UPLOAD_KEY={value}"), &value);
        program(
            company,
            &format!("mobile/services/{service}"),
            language,
            &[("CRASH_UPLOAD_KEY", Some(&value))],
        );
    }
    let (store, beta) = (company.credential("mobile/store"), company.credential("mobile/beta"));
    let mut file = company.file("mobile/.env");
    file.holds(&format!("STORE_UPLOAD_PAT={store}"), &store)
        .holds(&format!("BETA_UPLOAD_PAT={beta}"), &beta);
    drop(file);
    let mut file = company.file("mobile/azure-pipelines.yml");
    file.line("trigger: [main]").line("steps:").line("  - script: ./upload.sh").line("    env:");
    file.reads("      PAT: $(STORE_UPLOAD_PAT)", &store)
        .line("      KIND: $(STORE_UPLOAD_PAT_KIND)");
    drop(file);
    let mut file = company.file("mobile/bitbucket-pipelines.yml");
    file.line("pipelines:").line("  default:").line("    - step:").line("        script:");
    file.reads("          - ./beta.sh \"${BETA_UPLOAD_PAT}\"", &beta)
        .line("          - echo $BETA_UPLOAD");
    drop(file);
    let mounted = company.credential("mobile/mounted");
    company.file("mobile/secrets/push_login.txt").holds(&mounted, &mounted);
    let mut file = company.file("mobile/compose.yml");
    for line in ["services:", "  push:", "    build: ./services/push", "    secrets:"] {
        file.line(line);
    }
    file.reads("      - push_login", &mounted).line("secrets:");
    file.reads("  push_login:", &mounted).line("    file: ./secrets/push_login.txt");
}

/// Scripts and images.
fn data(company: &mut Company) {
    const SERVICES: &[(&str, &str)] = &[("etl", "perl"), ("score", "r"), ("export", "lua")];
    for (service, language) in SERVICES {
        let value = company.credential(&format!("data/{service}"));
        company
            .file(&format!("data/services/{service}/.env"))
            .holds(&format!("WAREHOUSE_WRITE_KEY={value}"), &value);
        let mut variables = vec![("WAREHOUSE_WRITE_KEY", Some(value.clone()))];
        if *service == "etl" {
            let baked = company.credential("data/baked");
            let mut file = company.file("data/services/etl/Dockerfile");
            file.line("FROM perl:5").line("# ENV LEGACY_FEED_KEY=x");
            file.holds(&format!("ENV LEGACY_FEED_KEY={baked}"), &baked);
            file.line("ARG OTHER").reads("ARG WAREHOUSE_WRITE_KEY", &value);
            file.reads("RUN ./check.sh $WAREHOUSE_WRITE_KEY", &value);
            drop(file);
            variables.push(("LEGACY_FEED_KEY", Some(baked)));
        }
        let variables: Vec<(&str, Option<&str>)> =
            variables.iter().map(|(name, value)| (*name, value.as_deref())).collect();
        program(company, &format!("data/services/{service}"), language, &variables);
    }
    if company.time < 3 {
        let nightly = company.credential("data/nightly");
        let mut file = company.file("data/nightly.sh");
        file.line("#!/bin/bash").holds(&format!("NIGHTLY_REPORT_PAT={nightly}"), &nightly);
        file.line("# echo $NIGHTLY_REPORT_PAT").line("echo '$NIGHTLY_REPORT_PAT'");
        file.reads(
            "curl -H \"Authorization: Bearer $NIGHTLY_REPORT_PAT\" https://api.example.net/report",
            &nightly,
        );
    }
}
