#include "dba/mssql/issuer_service.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"

#include "listener_record.hpp"
#include "support/fake_transport.hpp"

namespace dba::mssql {

namespace {

namespace resources = kube::resources;
using test::FakeCluster;
using test::ListenerRecord;

IssuerRequest request_for(std::string_view name) {
  return {.ref = {.name = std::string(name)}, .ns = "demo", .key_type = tls::KeyType::ecdsa_p256};
}

}  // namespace

TEST_CASE("the CA secret is named after the issuer") {
  CHECK(default_ca_secret("mssqlserver-ca-issuer") == "mssqlserver-ca");
  CHECK(default_ca_secret("sales") == "sales-ca");
  CHECK(default_ca_secret("sales-issuer") == "sales-ca");
  CHECK(default_ca_secret("sales-ca") == "sales-ca");
  CHECK(default_ca_secret("-issuer") == "-issuer-ca");
}

TEST_CASE("an issuer that is there is left alone when only a missing one is wanted, whatever it signs with") {
  FakeCluster cluster;
  Json vault = test::object_json(resources::issuers, "demo", "company");
  vault["spec"]["vault"]["server"] = "https://vault.example";
  cluster.api().on_get(vault);
  IssuerRequest request = request_for("company");
  request.keep_existing = true;
  ListenerRecord record;
  CHECK(ensure_issuer(cluster.client(), request, record.listener()) == vault);
  CHECK(record.written == std::vector<std::string>{"Issuer company unchanged"});
  CHECK(cluster.api().requests().size() == 1);
}

TEST_CASE("the secret an existing issuer names is the one that is looked at") {
  FakeCluster cluster;
  cluster.api().on_get(make_issuer({.name = "company"}, "demo", "another-name"));
  Json secret = make_ca_secret("another-name", "demo",
                               tls::make_certificate_authority({.subject = tls::parse_subject("/CN=Company"),
                                                                .key_type = tls::KeyType::ecdsa_p256,
                                                                .not_before = cluster.clock().wall_now()}));
  cluster.api().on_get(secret);
  ListenerRecord record;
  IssuerRequest request = request_for("company");
  request.key_type.reset();
  ensure_issuer(cluster.client(), request, record.listener());
  CHECK(record.written == std::vector<std::string>{"Secret another-name unchanged", "Issuer company unchanged"});
}

TEST_CASE("a server dry run leaves no marks and stores nothing") {
  FakeCluster cluster;
  cluster.api().on_get_missing(resources::issuers, "demo", "company");
  cluster.api().on_get_missing(resources::secrets, "demo", "company-ca");
  const auto echo = [](const test::SeenRequest& seen) { return test::Reply{.status = 201, .body = seen.body}; };
  cluster.api().on("POST", "/api/v1/namespaces/demo/secrets").where("dryRun", "All").reply_with(echo);
  cluster.api().on("POST", "/apis/cert-manager.io/v1/namespaces/demo/issuers").where("dryRun", "All").reply_with(echo);
  IssuerRequest request = request_for("company");
  request.dry_run = kube::DryRun::server;
  ListenerRecord record;
  ensure_issuer(cluster.client(), request, record.listener());
  CHECK(record.written == std::vector<std::string>{"Secret company-ca created", "Issuer company created"});
  CHECK(cluster.api().requests("PATCH").empty());
}

TEST_CASE("marks that may not be left are warnings, and the issuer is made all the same") {
  FakeCluster cluster;
  cluster.api().on_get_missing(resources::issuers, "demo", "company");
  cluster.api().on_get_missing(resources::secrets, "demo", "company-ca");
  const auto echo = [](const test::SeenRequest& seen) { return test::Reply{.status = 201, .body = seen.body}; };
  cluster.api().on("POST", "/api/v1/namespaces/demo/secrets").reply_with(echo);
  cluster.api().on("POST", "/apis/cert-manager.io/v1/namespaces/demo/issuers").reply_with(echo);
  cluster.api().on("POST", "/api/v1/namespaces/demo/events").fail(403, "Forbidden", "no events");
  cluster.api().on("PATCH", "/api/v1/namespaces/demo/secrets/company-ca").fail(403, "Forbidden", "no patches");
  cluster.api()
      .on("PATCH", "/apis/cert-manager.io/v1/namespaces/demo/issuers/company")
      .fail(403, "Forbidden", "no patches");
  ListenerRecord record;
  ensure_issuer(cluster.client(), request_for("company"), record.listener());
  CHECK(record.written.size() == 2);
  CHECK(record.warnings.size() == 4);
}

}  // namespace dba::mssql
