#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/kube/resource.hpp"

#include "support/command_harness.hpp"
#include "support/demo_cluster.hpp"
#include "support/json_schema.hpp"

namespace dba::cli {

namespace {

struct CatalogScene : test::CommandHarness {
  CatalogScene() {
    api().on_list(kube::resources::mssqlserverversions, "",
                  {test::catalog_version("2025-cu0"), test::catalog_version("2022-cu12"),
                   test::catalog_version("2022-cu9", true)});
  }
};

}  // namespace

TEST_CASE("versions prints the catalog sorted by number") {
  CatalogScene scene;
  CHECK(scene.run({"mssql", "versions"}).out ==
        "NAME        VERSION     DB_IMAGE                           DEPRECATED   AGE\n"
        "2022-cu9    2022-cu9    registry.example/mssql:2022-cu9    true         10d\n"
        "2022-cu12   2022-cu12   registry.example/mssql:2022-cu12   false        10d\n"
        "2025-cu0    2025-cu0    registry.example/mssql:2025-cu0    false        10d\n");
  CHECK(scene.run({"mssql", "versions", "-o", "name"}).out ==
        "mssqlserverversion.catalog.kubedb.com/2022-cu9\n"
        "mssqlserverversion.catalog.kubedb.com/2022-cu12\n"
        "mssqlserverversion.catalog.kubedb.com/2025-cu0\n");
  CHECK(scene.run({"mssql", "versions", "-o", "custom-columns=V:.name", "--no-headers"}).out ==
        "2022-cu9\n2022-cu12\n2025-cu0\n");
  CHECK(scene.run({"mssql", "versions", "-o", "jsonpath={.versions[*].name}"}).out == "2022-cu9 2022-cu12 2025-cu0");
}

TEST_CASE("versions --from prints the allowed targets, -o wide also the others with the reason") {
  CatalogScene scene;
  CHECK(scene.run({"mssql", "versions", "--from", "2022-cu12", "-o", "name"}).out ==
        "mssqlserverversion.catalog.kubedb.com/2022-cu9\n"
        "mssqlserverversion.catalog.kubedb.com/2025-cu0\n");
  CHECK(scene.run({"mssql", "versions", "--from", "2025-cu0", "-o", "wide"}).out ==
        "NAME        VERSION     DB_IMAGE                           DEPRECATED   ALLOWED   AGE   REASON\n"
        "2022-cu9    2022-cu9    registry.example/mssql:2022-cu9    true         no        10d   2025-cu0 allows >= "
        "2025-cu0, < 2025-cu1\n"
        "2022-cu12   2022-cu12   registry.example/mssql:2022-cu12   false        no        10d   2025-cu0 allows >= "
        "2025-cu0, < 2025-cu1\n"
        "2025-cu0    2025-cu0    registry.example/mssql:2025-cu0    false        no        10d   it is this version\n");
  const test::CommandResult none = scene.run({"mssql", "versions", "--from", "2025-cu0"});
  CHECK(none.out.empty());
  CHECK(none.err == "No version that 2025-cu0 can be updated to\n");
  CHECK(none.code == ExitCode::ok);
}

TEST_CASE("-o json is a VersionReport of the published shape") {
  CatalogScene scene;
  test::check_schema("VersionReport", scene.run({"mssql", "versions", "-o", "json"}).out);
  test::check_schema("VersionReport", scene.run({"mssql", "versions", "--from", "2022-cu12", "-o", "json"}).out);
}

TEST_CASE("versions --from an unknown version is 4") {
  CatalogScene scene;
  const test::CommandResult result = scene.run({"mssql", "versions", "--from", "2019"});
  CHECK(result.code == ExitCode::denied);
  CHECK(result.err == "error: version \"2019\" is not in the catalog\n  try:   kubectl dba mssql versions\n");
}

}  // namespace dba::cli
