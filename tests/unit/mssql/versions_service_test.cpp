#include "dba/mssql/versions_service.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"

#include "support/demo_cluster.hpp"

namespace dba::mssql {

namespace {

void stub_catalog(test::FakeCluster& cluster) {
  Json closed = test::catalog_version("2022-cu16");
  closed["spec"]["updateConstraints"]["denylist"] = Json::array({"2025-cu0"});
  cluster.api().on_list(kube::resources::mssqlserverversions, "",
                        {test::catalog_version("2025-cu0"), test::catalog_version("2022-cu12"), closed,
                         test::catalog_version("2022-cu9", true)});
}

std::vector<std::string> lines_of(const VersionReport& report) {
  std::vector<std::string> lines;
  for (const VersionRow& row : report.rows)
    lines.push_back(row.version.name + (row.allowed.value_or(true) ? "" : ": " + row.reason));
  return lines;
}

}  // namespace

TEST_CASE("the catalog is sorted by number") {
  test::FakeCluster cluster;
  stub_catalog(cluster);
  const VersionReport report = read_versions(cluster.client(), "");
  CHECK(lines_of(report) == std::vector<std::string>{"2022-cu9", "2022-cu12", "2022-cu16", "2025-cu0"});
  CHECK_FALSE(report.rows[0].allowed.has_value());
  CHECK(report.rows[0].created == "2025-12-23T03:04:05Z");
}

TEST_CASE("targets of an update are judged by the constraints, with the reason for every refusal") {
  test::FakeCluster cluster;
  stub_catalog(cluster);
  // Identifiers of a pre-release are compared as text by the webhook: "cu9" comes after "cu16".
  CHECK(lines_of(read_versions(cluster.client(), "2022-cu16")) ==
        std::vector<std::string>{"2022-cu9", "2022-cu12: 2022-cu16 allows >= 2022-cu16, < 2025-cu1",
                                 "2022-cu16: it is this version", "2025-cu0: 2022-cu16 denies 2025-cu0"});
}

TEST_CASE("an unknown version has no targets") {
  test::FakeCluster cluster;
  stub_catalog(cluster);
  CHECK_THROWS_WITH_AS(read_versions(cluster.client(), "2019"), "version \"2019\" is not in the catalog", Error);
}

TEST_CASE("the report has every field, null where there is nothing to say") {
  test::FakeCluster cluster;
  stub_catalog(cluster);
  const Json report = to_json(read_versions(cluster.client(), ""));
  CHECK(codec::compact_json(report["versions"][0]) ==
        R"({"name":"2022-cu9","version":"2022-cu9","image":"registry.example/mssql:2022-cu9","deprecated":true,)"
        R"("endOfLife":false,"created":"2025-12-23T03:04:05Z","allowed":null,"reason":null})");
  CHECK(report["kind"] == "VersionReport");
  CHECK(report["from"].is_null());
}

}  // namespace dba::mssql
