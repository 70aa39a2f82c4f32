#include <filesystem>
#include <thread>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/mssql/issuer.hpp"
#include "dba/platform/files.hpp"
#include "dba/tls/certificates.hpp"

#include "support/command_harness.hpp"
#include "support/json_schema.hpp"
#include "support/mssql_paths.hpp"
#include "support/patient_clock.hpp"

namespace {

using namespace dba;
using dba::test::CommandHarness;
using dba::test::CommandResult;
using dba::test::FakeWatch;
using dba::test::kEvents;
using dba::test::kSecrets;
using dba::test::object_json;
using dba::test::SeenRequest;
namespace resources = dba::kube::resources;

const std::string kSecret = kSecrets + "/mssqlserver-ca";
const std::string kIssuers = "/apis/cert-manager.io/v1/namespaces/demo/issuers";
const std::string kIssuer = kIssuers + "/mssqlserver-ca-issuer";
const std::string kReview = "/apis/authentication.k8s.io/v1/selfsubjectreviews";

tls::KeyPair make_ca(int days = 365, std::string_view subject = "/CN=MSSQLServer/O=kubedb") {
  return tls::make_certificate_authority({.subject = tls::parse_subject(subject),
                                          .key_type = tls::KeyType::ecdsa_p256,
                                          .days = days,
                                          .not_before = test::FakeClock().wall_now()});
}

Json stored(Json object) {
  object["metadata"]["uid"] = "uid-of-" + codec::name_of(object);
  object["metadata"]["resourceVersion"] = "7";
  return object;
}

Json ca_secret(const tls::KeyPair& pair) { return stored(mssql::make_ca_secret("mssqlserver-ca", "demo", pair)); }

Json issuer_json(std::string_view secret = "mssqlserver-ca") {
  return stored(mssql::make_issuer({.name = "mssqlserver-ca-issuer"}, "demo", secret));
}

Json with_ready(Json issuer, std::string_view status, std::string_view reason, std::string_view message) {
  Json condition = Json::object();
  condition["type"] = "Ready";
  condition["status"] = status;
  condition["reason"] = reason;
  condition["message"] = message;
  issuer["status"]["conditions"] = Json::array({condition});
  return issuer;
}

/// Stores what is POSTed.
test::Reply store(const SeenRequest& request) {
  return {.status = 201, .body = codec::compact_json(stored(codec::parse_json(request.body, "the request")))};
}

struct Issuers {
  test::PatientClock clock{};
  CommandHarness harness{};

  Issuers() { harness.use_clock(clock); }
  void missing() {
    harness.api().on_get_missing(resources::issuers, "demo", "mssqlserver-ca-issuer");
    harness.api().on_get_missing(resources::secrets, "demo", "mssqlserver-ca");
  }
  /// Marks and Events are taken, whatever they are left on.
  void accept_marks() {
    Json review = Json::object();
    review["apiVersion"] = "authentication.k8s.io/v1";
    review["kind"] = "SelfSubjectReview";
    review["status"]["userInfo"]["username"] = "jane";
    harness.api().on("POST", kReview).reply(review, 201).optionally();
    harness.api().on("POST", kEvents).stored(201).optionally();
    harness.api().on("PATCH", kSecret).reply(ca_secret(make_ca())).optionally();
    harness.api().on("PATCH", kIssuer).reply(issuer_json()).optionally();
  }
  void accept_posts() {
    accept_marks();
    harness.api().on("POST", kSecrets).reply_with(store).optionally();
    harness.api().on("POST", kIssuers).reply_with(store).optionally();
  }
  CommandResult create(std::vector<std::string> more) {
    more.insert(more.begin(), {"mssql", "issuer", "create", "mssqlserver-ca-issuer"});
    return harness.run(more);
  }
  /// Bodies POSTed to a collection.
  std::vector<Json> posted(const std::string& path) {
    std::vector<Json> bodies;
    for (const SeenRequest& request : harness.api().requests("POST")) {
      if (request.path == path) bodies.push_back(codec::parse_json(request.body, "the request"));
    }
    return bodies;
  }
};

}  // namespace

TEST_CASE("issuer create makes a CA, its secret and an issuer that signs with it") {
  Issuers issuers;
  issuers.missing();
  issuers.accept_posts();
  const CommandResult result = issuers.create({"--reason=first database"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out ==
        "secret/mssqlserver-ca created\n"
        "issuer.cert-manager.io/mssqlserver-ca-issuer created\n");
  CHECK(result.err == "");

  REQUIRE(issuers.posted(kSecrets).size() == 1);
  const Json secret = issuers.posted(kSecrets)[0];
  CHECK(codec::string_at(secret, {"type"}) == "kubernetes.io/tls");
  const mssql::CaSecretFacts facts = mssql::read_ca_secret(secret, issuers.clock.wall_now());
  CHECK(facts.problems == std::vector<std::string>{});
  CHECK(facts.certificate.subject == "O=kubedb,CN=MSSQLServer");
  CHECK(facts.certificate.key_description == "RSA 2048");
  CHECK(format_rfc3339(facts.certificate.not_after) == "2027-01-02T03:04:05Z");
  REQUIRE(issuers.posted(kIssuers).size() == 1);
  CHECK(codec::compact_json(issuers.posted(kIssuers)[0]) ==
        R"({"apiVersion":"cert-manager.io/v1","kind":"Issuer","metadata":{"name":"mssqlserver-ca-issuer",)"
        R"("namespace":"demo"},"spec":{"ca":{"secretName":"mssqlserver-ca"}}})");
  CHECK(issuers.posted(kEvents).size() == 2);
}

TEST_CASE("issuer create takes the key, subject and days that are asked for") {
  Issuers issuers;
  issuers.missing();
  issuers.accept_posts();
  CHECK(issuers.create({"--key-type=ECDSAP384", "--subject=/CN=Company CA/C=DE", "--days=10"}).code == ExitCode::ok);
  const auto facts = mssql::read_ca_secret(issuers.posted(kSecrets).at(0), issuers.clock.wall_now());
  CHECK(facts.certificate.subject == "C=DE,CN=Company CA");
  CHECK(facts.certificate.key_description == "ECDSA P-384");
  CHECK(format_rfc3339(facts.certificate.not_after) == "2026-01-12T03:04:05Z");
}

TEST_CASE("issuer create changes nothing when a CA and an issuer are there that serve") {
  Issuers issuers;
  issuers.accept_marks();
  issuers.harness.api().on_get(issuer_json());
  issuers.harness.api().on_get(ca_secret(make_ca(700, "/CN=Another")));
  const CommandResult result = issuers.create({});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out ==
        "secret/mssqlserver-ca unchanged\n"
        "issuer.cert-manager.io/mssqlserver-ca-issuer unchanged\n");
  CHECK(issuers.posted(kSecrets).empty());
  CHECK(issuers.harness.api().requests("PATCH").empty());
}

TEST_CASE("issuer create takes up a half-done creation: the secret is there, the issuer is not") {
  Issuers issuers;
  issuers.accept_posts();
  issuers.harness.api().on_get_missing(resources::issuers, "demo", "mssqlserver-ca-issuer");
  issuers.harness.api().on_get(ca_secret(make_ca()));
  CHECK(issuers.create({}).out ==
        "secret/mssqlserver-ca unchanged\n"
        "issuer.cert-manager.io/mssqlserver-ca-issuer created\n");
}

TEST_CASE("issuer create refuses everything that is different, and --overwrite replaces it") {
  Issuers issuers;
  issuers.accept_posts();
  issuers.harness.api().on_get(issuer_json("old-ca"));
  issuers.harness.api().on_get(ca_secret(make_ca()));
  const std::vector<std::string> flags{"--secret-name=mssqlserver-ca", "--subject=/CN=New", "--key-type=rsa-3072"};
  SUBCASE("refused") {
    const CommandResult result = issuers.create(flags);
    CHECK(result.code == ExitCode::refused);
    CHECK(result.out == "");
    CHECK(result.err ==
          "error: cannot make Issuer \"mssqlserver-ca-issuer\": what is there is different\n"
          "  - secret demo/mssqlserver-ca: its subject is O=kubedb,CN=MSSQLServer, not CN=New\n"
          "  - secret demo/mssqlserver-ca: its key is ECDSA P-256, not RSA 3072\n"
          "  - Issuer mssqlserver-ca-issuer: its CA secret is old-ca, not mssqlserver-ca\n"
          "  try:   add --overwrite to replace what is different\n");
    CHECK(issuers.harness.api().requests("PATCH").empty());
  }
  SUBCASE("replaced, under optimistic locking") {
    std::vector<std::string> all = flags;
    all.emplace_back("--overwrite");
    const CommandResult result = issuers.create(all);
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out ==
          "secret/mssqlserver-ca configured\n"
          "issuer.cert-manager.io/mssqlserver-ca-issuer configured\n");
    CHECK(result.err.starts_with("certificates that the earlier CA signed stay as they are"));
    const std::vector<SeenRequest> patches = issuers.harness.api().requests("PATCH");
    REQUIRE(patches.size() >= 2);
    const Json first = codec::parse_json(patches[0].body, "the patch");
    CHECK(first.at("metadata").at("resourceVersion") == "7");
    CHECK(first.at("data").size() == 2);
    CHECK(patches.back().body.find("last-action") != std::string::npos);
  }
}

TEST_CASE("issuer create warns of a CA that runs out, and --overwrite makes a new one then") {
  Issuers issuers;
  issuers.accept_posts();
  issuers.harness.api().on_get(issuer_json());
  issuers.harness.api().on_get(ca_secret(make_ca(29)));
  const CommandResult kept = issuers.create({});
  CHECK(kept.out == "secret/mssqlserver-ca unchanged\nissuer.cert-manager.io/mssqlserver-ca-issuer unchanged\n");
  CHECK(kept.err == "Warning: the CA of secret demo/mssqlserver-ca expires at 2026-01-31T03:04:05Z\n");
  CHECK(issuers.create({"--overwrite", "--key-type=ecdsa-p256"}).out ==
        "secret/mssqlserver-ca configured\nissuer.cert-manager.io/mssqlserver-ca-issuer unchanged\n");
}

TEST_CASE("issuer create --overwrite turns an issuer of another type into a CA issuer") {
  Issuers issuers;
  issuers.accept_posts();
  Json acme = issuer_json();
  acme["spec"] = Json::object({{"selfSigned", Json::object()}});
  issuers.harness.api().on_get(acme);
  issuers.harness.api().on_get(ca_secret(make_ca()));
  CHECK(issuers.create({}).err.find("it signs by selfSigned, not by a CA") != std::string::npos);
  CHECK(issuers.create({"--overwrite"}).code == ExitCode::ok);
  CHECK(issuers.harness.api().requests("PATCH").at(0).body ==
        R"({"metadata":{"resourceVersion":"7"},"spec":{"selfSigned":null,"ca":{"secretName":"mssqlserver-ca"}}})");
}

TEST_CASE("issuer create --overwrite makes a secret anew that cannot be changed") {
  Issuers issuers;
  issuers.accept_posts();
  Json opaque = ca_secret(make_ca());
  opaque["type"] = "Opaque";
  issuers.harness.api().on_get(issuer_json());
  issuers.harness.api().on_get(opaque);
  issuers.harness.api().on("DELETE", kSecret).reply(200, R"({"kind":"Status","status":"Success"})");
  CHECK(issuers.create({"--overwrite"}).code == ExitCode::ok);
  CHECK(issuers.harness.api().requests("DELETE").at(0).body.find(R"("uid":"uid-of-mssqlserver-ca")") !=
        std::string::npos);
  CHECK(issuers.posted(kSecrets).size() == 1);
}

TEST_CASE("issuer create says exactly what is there when it fails half-way") {
  Issuers issuers;
  issuers.missing();
  issuers.accept_posts();
  issuers.harness.api().on("POST", kIssuers).fail(403, "Forbidden", "issuers.cert-manager.io is forbidden");
  const CommandResult result = issuers.create({});
  CHECK(result.code == ExitCode::denied);
  CHECK(result.out == "secret/mssqlserver-ca created\n");
  CHECK(result.err ==
        "error: half done: secret demo/mssqlserver-ca was created, but then: cannot create issuers.cert-manager.io "
        "\"mssqlserver-ca-issuer\" in namespace \"demo\": not allowed\n"
        "  - run the same command again when the cause is mended: it goes on from here\n"
        "  cause: Error from server (Forbidden): issuers.cert-manager.io is forbidden\n"
        "  try:   kubectl auth can-i create issuers.cert-manager.io -n demo\n");
}

TEST_CASE("issuer create without cert-manager writes nothing and says what to install") {
  Issuers issuers;
  Json review = Json::object();
  issuers.harness.api().on("POST", kReview).reply(review, 201).optionally();
  issuers.harness.api().on("GET", kIssuer).reply(404, "404 page not found\n", {{"Content-Type", "text/plain"}});
  const CommandResult result = issuers.create({});
  CHECK(result.code == ExitCode::denied);
  CHECK(result.err.find("install cert-manager: kubectl apply -f") != std::string::npos);
  CHECK(issuers.posted(kSecrets).empty());
}

TEST_CASE("issuer create uses a secret that exists, after looking at it") {
  Issuers issuers;
  issuers.accept_posts();
  issuers.harness.api().on_get_missing(resources::issuers, "demo", "mssqlserver-ca-issuer");
  SUBCASE("a good one is used and not written") {
    issuers.harness.api().on_get(ca_secret(make_ca()));
    CHECK(issuers.create({"--ca-secret=mssqlserver-ca"}).out ==
          "issuer.cert-manager.io/mssqlserver-ca-issuer created\n");
    CHECK(issuers.posted(kSecrets).empty());
  }
  SUBCASE("one with another key is refused, also with --overwrite") {
    tls::KeyPair mixed = make_ca();
    mixed.key_pem = make_ca().key_pem;
    issuers.harness.api().on_get(ca_secret(mixed));
    const CommandResult result = issuers.create({"--ca-secret=mssqlserver-ca", "--overwrite"});
    CHECK(result.code == ExitCode::refused);
    CHECK(result.err ==
          "error: the secret cannot be the CA of an issuer: secret demo/mssqlserver-ca: tls.key: the private key does "
          "not belong to the certificate of tls.crt\n");
  }
  SUBCASE("one that is not there is 4") {
    issuers.harness.api().on_get_missing(resources::secrets, "demo", "mssqlserver-ca");
    const CommandResult result = issuers.create({"--ca-secret=mssqlserver-ca"});
    CHECK(result.code == ExitCode::denied);
    CHECK(result.err ==
          "error: secret \"mssqlserver-ca\" not found in namespace \"demo\"\n"
          "  try:   kubectl create secret tls mssqlserver-ca --cert=ca.crt --key=ca.key -n demo\n");
  }
}

TEST_CASE("issuer create takes a CA from files, and checks them before anything is contacted") {
  const platform::TemporaryDirectory folder("issuer-test");
  const auto file = [&](const std::string& name, const std::string& text) {
    platform::write_new_secret_file(folder.path() / name, text);
    return (folder.path() / name).string();
  };
  const tls::KeyPair pair = make_ca();
  const std::string cert = file("ca.crt", pair.certificate_pem), key = file("ca.key", pair.key_pem.reveal());
  Issuers issuers;
  SUBCASE("a good pair is stored as it is") {
    issuers.missing();
    issuers.accept_posts();
    CHECK(issuers.create({"--ca-cert=" + cert, "--ca-key=" + key}).code == ExitCode::ok);
    const Json secret = issuers.posted(kSecrets).at(0);
    CHECK(base64_decode(secret.at("data").at("tls.crt").get<std::string>()) == pair.certificate_pem);
    CHECK(base64_decode(secret.at("data").at("tls.key").get<std::string>()) == pair.key_pem.reveal());
  }
  SUBCASE("the same pair in the cluster is unchanged") {
    issuers.accept_marks();
    issuers.harness.api().on_get(issuer_json());
    issuers.harness.api().on_get(ca_secret(pair));
    CHECK(issuers.create({"--ca-cert=" + cert, "--ca-key=" + key}).out ==
          "secret/mssqlserver-ca unchanged\nissuer.cert-manager.io/mssqlserver-ca-issuer unchanged\n");
  }
  SUBCASE("another pair in the cluster is refused without a word of the keys") {
    issuers.accept_marks();
    issuers.harness.api().on_get(issuer_json());
    issuers.harness.api().on_get(ca_secret(make_ca()));
    const CommandResult result = issuers.create({"--ca-cert=" + cert, "--ca-key=" + key});
    CHECK(result.code == ExitCode::refused);
    CHECK(result.err ==
          "error: cannot make Issuer \"mssqlserver-ca-issuer\": what is there is different\n"
          "  - secret demo/mssqlserver-ca: tls.crt holds another certificate\n"
          "  - secret demo/mssqlserver-ca: tls.key holds another key\n"
          "  try:   add --overwrite to replace what is different\n");
  }
  SUBCASE("every problem is told at once") {
    const std::string other = file("other.key", make_ca().key_pem.reveal());
    const CommandResult result = issuers.create(
        {"--ca-cert=" + cert, "--ca-key=" + other, "--days=10", "--secret-name=Not_A_Name", "--ca-secret=x"});
    CHECK(result.code == ExitCode::usage);
    CHECK(result.err.starts_with("error: issuer \"mssqlserver-ca-issuer\" cannot be made\n  - --secret-name: "));
    CHECK(result.err.find("  - --ca-secret: names the CA already: leave --ca-cert and --ca-key out\n") !=
          std::string::npos);
    CHECK(result.err.find("  - --days: describes a CA that is made: leave it out when one is given\n") !=
          std::string::npos);
    CHECK(result.err.find("  - --ca-key: the private key does not belong to the certificate of --ca-cert\n") !=
          std::string::npos);
    CHECK(issuers.harness.api().requests().empty());
  }
  SUBCASE("files that cannot be read") {
    const CommandResult result = issuers.create({"--ca-cert=/nowhere/ca.crt", "--ca-key=/nowhere/ca.key"});
    CHECK(result.code == ExitCode::usage);
    CHECK(result.err ==
          "error: issuer \"mssqlserver-ca-issuer\" cannot be made\n"
          "  - --ca-cert: open /nowhere/ca.crt: no such file or directory\n"
          "  - --ca-key: open /nowhere/ca.key: no such file or directory\n");
  }
  SUBCASE("half a pair") {
    CHECK(issuers.create({"--ca-cert=" + cert}).err ==
          "error: issuer \"mssqlserver-ca-issuer\" cannot be made: --ca-key: is needed beside --ca-cert\n");
  }
}

TEST_CASE("issuer create --kind=cluster-issuer puts the secret where cert-manager looks for it") {
  Issuers issuers;
  issuers.accept_marks();
  issuers.harness.api().on("POST", "/api/v1/namespaces/cert-manager/events").stored(201).optionally();
  issuers.harness.api().on("POST", "/api/v1/namespaces/default/events").stored(201).optionally();
  issuers.harness.api().on_get_missing(resources::clusterissuers, "", "mssqlserver-ca-issuer");
  issuers.harness.api().on_get_missing(resources::secrets, "cert-manager", "mssqlserver-ca");
  issuers.harness.api().on("POST", "/api/v1/namespaces/cert-manager/secrets").reply_with(store);
  issuers.harness.api().on("POST", "/apis/cert-manager.io/v1/clusterissuers").reply_with(store);
  issuers.harness.api().on("PATCH", "/api/v1/namespaces/cert-manager/secrets/mssqlserver-ca").stored();
  issuers.harness.api().on("PATCH", "/apis/cert-manager.io/v1/clusterissuers/mssqlserver-ca-issuer").stored();
  const CommandResult result = issuers.create({"--kind=ClusterIssuer", "--key-type=ecdsa-p256"});
  CHECK(result.out ==
        "secret/mssqlserver-ca created\n"
        "clusterissuer.cert-manager.io/mssqlserver-ca-issuer created\n");
}

TEST_CASE("issuer create --create-namespace makes the namespace first") {
  Issuers issuers;
  issuers.missing();
  issuers.accept_posts();
  issuers.harness.api().on_get_missing(resources::namespaces, "", "demo");
  issuers.harness.api().on("POST", "/api/v1/namespaces").reply_with(store);
  SUBCASE("for good") {
    issuers.harness.api().on("PATCH", "/api/v1/namespaces/demo").stored();
    issuers.harness.api().on("POST", "/api/v1/namespaces/default/events").stored(201);
    CHECK(issuers.create({"--create-namespace", "--key-type=ecdsa-p256"}).out ==
          "namespace/demo created\n"
          "secret/mssqlserver-ca created\n"
          "issuer.cert-manager.io/mssqlserver-ca-issuer created\n");
  }
  SUBCASE("as a dry run, which cannot look into a namespace that is not there") {
    const CommandResult result = issuers.create({"--create-namespace", "--key-type=ecdsa-p256", "--dry-run=server"});
    CHECK(result.out ==
          "namespace/demo created (server dry run)\n"
          "secret/mssqlserver-ca created (server dry run)\n"
          "issuer.cert-manager.io/mssqlserver-ca-issuer created (server dry run)\n");
    CHECK(result.err ==
          "Warning: namespace \"demo\" does not exist yet: the server could not check what goes into it\n");
    CHECK(issuers.posted(kSecrets).empty());
  }
}

TEST_CASE("issuer create --wait ends when cert-manager has made the issuer Ready") {
  Issuers issuers;
  issuers.missing();
  issuers.accept_posts();
  issuers.harness.api().on_list(resources::issuers, "demo", {issuer_json()});
  FakeWatch& watch = issuers.harness.api().on_watch(resources::issuers, "demo");
  std::jthread cert_manager([&] {
    Json issuer = with_ready(issuer_json(), "False", "ErrGetKeyPair", "Error getting keypair for CA issuer");
    issuer["metadata"]["resourceVersion"] = "101";
    watch.modified(issuer);
    issuer = with_ready(issuer_json(), "True", "KeyPairVerified", "Signing CA verified");
    issuer["metadata"]["resourceVersion"] = "102";
    watch.modified(issuer);
  });
  const CommandResult result = issuers.create({"--wait", "--timeout=0", "--key-type=ecdsa-p256"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out ==
        "secret/mssqlserver-ca created\n"
        "issuer.cert-manager.io/mssqlserver-ca-issuer created\n"
        "issuer.cert-manager.io/mssqlserver-ca-issuer condition met\n");
  CHECK(result.err ==
        "0s  waiting for Issuer mssqlserver-ca-issuer to be Ready: cert-manager has not looked at it yet\n"
        "0s  waiting for Issuer mssqlserver-ca-issuer to be Ready: ErrGetKeyPair: Error getting keypair for CA "
        "issuer\n");
}

TEST_CASE("issuer create --wait that runs out of time is 124 with cert-manager's reason") {
  Issuers issuers;
  issuers.missing();
  issuers.accept_posts();
  issuers.harness.api().on_list(resources::issuers, "demo",
                                {with_ready(issuer_json(), "False", "ErrGetKeyPair", "secret is empty")});
  issuers.harness.api().on_watch(resources::issuers, "demo");
  const CommandResult result = issuers.create({"--wait", "--timeout=30s", "-q", "--key-type=ecdsa-p256"});
  CHECK(result.code == ExitCode::timed_out);
  CHECK(result.err ==
        "error: timed out waiting for the condition on issuers/mssqlserver-ca-issuer\n"
        "  - Ready is False: ErrGetKeyPair: secret is empty\n"
        "  try:   kubectl dba mssql issuer check mssqlserver-ca-issuer -n demo\n");
}

TEST_CASE("issuer create --dry-run=client shows the objects and contacts nothing") {
  CommandHarness harness;
  CHECK(harness.run({"mssql", "issuer", "create", "sales-issuer", "--dry-run=client"}).out ==
        "secret/sales-ca created (dry run)\nissuer.cert-manager.io/sales-issuer created (dry run)\n");
  const std::string yaml =
      harness.run({"mssql", "issuer", "create", "sales", "-n", "demo", "--dry-run=client", "-o", "yaml"}).out;
  const auto documents = codec::parse_documents(yaml, "the output");
  REQUIRE(documents.size() == 2);
  CHECK(codec::name_of(documents[0].value()) == "sales-ca");
  CHECK(codec::namespace_of(documents[1].value()) == "demo");
  CHECK(harness.api().requests().empty());
}

TEST_CASE("issuer create -o json prints what was made in one list, key included") {
  Issuers issuers;
  issuers.missing();
  issuers.accept_posts();
  const CommandResult result = issuers.create({"-o", "json", "--key-type=ecdsa-p256"});
  const Json list = codec::parse_json(result.out, "the output");
  CHECK(list.at("kind") == "List");
  CHECK(list.at("items").size() == 2);
  CHECK(list.at("items").at(0).at("data").contains("tls.key"));
}

TEST_CASE("issuer create -o json does not print the key of a secret that was there already") {
  Issuers issuers;
  issuers.accept_marks();
  issuers.harness.api().on_get(issuer_json());
  issuers.harness.api().on_get(ca_secret(make_ca(700)));
  for (const char* form : {"json", "yaml"}) {
    const CommandResult result = issuers.create({"-o", form});
    const Json secret = codec::parse_documents(result.out, "the output").at(0).value();
    CHECK(codec::string_at(secret, {"data", "tls.key"}) == "***");
    CHECK_FALSE(codec::string_at(secret, {"data", "tls.crt"}).empty());
  }
}

TEST_CASE("issuer create says when --days is not applied to a CA that is there, and --overwrite applies it") {
  Issuers issuers;
  issuers.accept_marks();
  issuers.harness.api().on_get(issuer_json());
  issuers.harness.api().on_get(ca_secret(make_ca(700)));
  const CommandResult result = issuers.create({"--days=300"});
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out.starts_with("secret/mssqlserver-ca unchanged\n"));
  CHECK(
      result.err.find("Warning: --days=300 was not applied: the CA of secret demo/mssqlserver-ca is there already and "
                      "valid until 20") == 0);
  CHECK(result.err.ends_with("; --overwrite makes a new one\n"));
  CHECK(issuers.create({"--days=700"}).err.empty());
  CHECK(issuers.create({"--days=300", "--overwrite"}).out.starts_with("secret/mssqlserver-ca configured\n"));
}

TEST_CASE("issuer create into a namespace that is missing names the flag that makes it") {
  Issuers issuers;
  issuers.missing();
  issuers.accept_marks();
  issuers.harness.api()
      .on("POST", kSecrets)
      .reply(test::status_json(404, "NotFound", "namespaces \"demo\" not found", "demo", "namespaces"), 404);
  const CommandResult result = issuers.create({"--key-type=ecdsa-p256"});
  CHECK(result.code == ExitCode::denied);
  CHECK(result.err ==
        "error: cannot create secrets \"mssqlserver-ca\" in namespace \"demo\": the namespace does not exist\n"
        "  cause: Error from server (NotFound): namespaces \"demo\" not found\n"
        "  try:   add --create-namespace to make the namespace\n");
}

TEST_CASE("issuer check tells what is well and what is not, with what to do about it") {
  CommandHarness harness;
  harness.api().on("POST", "/apis/cert-manager.io/v1/namespaces/demo/certificates").stored(201).optionally();
  const auto check = [&](std::vector<std::string> more = {}) {
    more.insert(more.begin(), {"mssql", "issuer", "check", "mssqlserver-ca-issuer"});
    return harness.run(more);
  };
  SUBCASE("all well") {
    harness.api().on_get(with_ready(issuer_json(), "True", "KeyPairVerified", "Signing CA verified"));
    harness.api().on_get(ca_secret(make_ca()));
    const CommandResult result = check();
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out ==
          "CHECK      STATUS   DETAIL\n"
          "api        OK       cert-manager.io/v1 is served\n"
          "issuer     OK       Issuer mssqlserver-ca-issuer exists\n"
          "ready      OK       condition Ready is True\n"
          "secret     OK       secret demo/mssqlserver-ca exists\n"
          "ca         OK       O=kubedb,CN=MSSQLServer, ECDSA P-256, key matches\n"
          "validity   OK       365 days left, until 2027-01-02T03:04:05Z\n"
          "webhook    OK       a Certificate is accepted (server dry run)\n");
    test::check_schema("IssuerReport", check({"-o", "json"}).out);
    const SeenRequest post = harness.api().requests("POST").at(0);
    CHECK(post.parameter("dryRun") == "All");
  }
  SUBCASE("a CA that runs out soon is a warning") {
    harness.api().on_get(with_ready(issuer_json(), "True", "KeyPairVerified", "Signing CA verified"));
    harness.api().on_get(ca_secret(make_ca(29)));
    const CommandResult result = check();
    CHECK(result.code == ExitCode::ok);
    CHECK(result.out.find("validity   WARN     29 days left, until 2026-01-31T03:04:05Z\n") != std::string::npos);
    CHECK(result.out.ends_with(
        "\nvalidity: kubectl dba mssql issuer create mssqlserver-ca-issuer -n demo --overwrite\n"));
  }
  SUBCASE("a CA of somebody else's that runs out has to come from there again") {
    harness.api().on_get(with_ready(issuer_json(), "True", "KeyPairVerified", "Signing CA verified"));
    harness.api().on_get(ca_secret(make_ca(29, "/CN=Company")));
    CHECK(
        check().out.ends_with("\nvalidity: kubectl dba mssql issuer create mssqlserver-ca-issuer -n demo "
                              "--ca-cert=ca.crt --ca-key=ca.key --overwrite\n"));
  }
  SUBCASE("no secret, not Ready, and a webhook that does not answer") {
    harness.api().on_get(with_ready(issuer_json(), "False", "ErrGetKeyPair", "not found"));
    harness.api().on_get_missing(resources::secrets, "demo", "mssqlserver-ca");
    harness.api()
        .on("POST", "/apis/cert-manager.io/v1/namespaces/demo/certificates")
        .fail(500, "InternalError", "failed calling webhook \"webhook.cert-manager.io\": connection refused");
    const CommandResult result = check();
    CHECK(result.code == ExitCode::unhealthy);
    CHECK(result.out.find("ready     FAIL     condition Ready is False: ErrGetKeyPair: not found\n") !=
          std::string::npos);
    CHECK(result.out.find("secret    FAIL     secret demo/mssqlserver-ca does not exist\n") != std::string::npos);
    CHECK(result.out.find("webhook   FAIL     a Certificate is refused: ") != std::string::npos);
    CHECK(result.out.find("\nready: kubectl describe issuer.cert-manager.io mssqlserver-ca-issuer -n demo\n") !=
          std::string::npos);
  }
  SUBCASE("a secret that may not be read is unknown, and unknown is not healthy") {
    harness.api().on_get(with_ready(issuer_json(), "True", "KeyPairVerified", "Signing CA verified"));
    harness.api().on("GET", kSecret).fail(403, "Forbidden", "secrets is forbidden");
    const CommandResult result = check({"-o", "json"});
    CHECK(result.code == ExitCode::unhealthy);
    test::check_schema("IssuerReport", result.out);
    const Json report = codec::parse_json(result.out, "the report");
    CHECK(report.at("healthy") == false);
    CHECK(report.at("certificate").is_null());
    CHECK(report.at("errors").size() == 1);
  }
}

TEST_CASE("issuer check of an issuer that does not exist is 4 with close names") {
  CommandHarness harness;
  harness.api().on_get_missing(resources::issuers, "demo", "mssql-ca-issuer");
  harness.api().on_list(resources::issuers, "demo", {object_json(resources::issuers, "demo", "mssql-ca-issuers")});
  harness.api().on_list(resources::issuers, "", {});
  const CommandResult result = harness.run({"mssql", "issuer", "check", "mssql-ca-issuer"});
  CHECK(result.code == ExitCode::denied);
  CHECK(result.err ==
        "error: issuer \"mssql-ca-issuer\" not found in namespace \"demo\"\n"
        "  - did you mean \"mssql-ca-issuers\"?\n"
        "  cause: Error from server (NotFound): issuers.cert-manager.io \"mssql-ca-issuer\" not found\n"
        "  try:   kubectl dba mssql issuer create mssql-ca-issuer -n demo\n");
}

TEST_CASE("generate issuer prints the manifest without a cluster") {
  CommandHarness harness;
  SUBCASE("of an issuer on a secret that is there") {
    CHECK(harness
              .run({"mssql", "generate", "issuer", "mssqlserver-ca-issuer", "-n", "demo", "--ca-secret=mssqlserver-ca"})
              .out ==
          "apiVersion: cert-manager.io/v1\n"
          "kind: Issuer\n"
          "metadata:\n"
          "  name: mssqlserver-ca-issuer\n"
          "  namespace: demo\n"
          "spec:\n"
          "  ca:\n"
          "    secretName: mssqlserver-ca\n");
  }
  SUBCASE("never with a CA of its own making") {
    const CommandResult result = harness.run({"mssql", "generate", "issuer", "x"});
    CHECK(result.code == ExitCode::usage);
    CHECK(result.err.find("--ca-secret, or --ca-cert and --ca-key") != std::string::npos);
  }
  SUBCASE("and takes none of generate's flags") {
    CHECK(harness.run({"mssql", "generate", "issuer", "x", "--ca-secret=y", "--replicas=3"}).code == ExitCode::usage);
  }
  CHECK(harness.api().requests().empty());
}
