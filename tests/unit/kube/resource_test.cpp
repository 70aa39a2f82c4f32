#include "dba/kube/resource.hpp"

#include <doctest/doctest.h>

#include "dba/base/error.hpp"

#include "url.hpp"

namespace dba::kube {

TEST_CASE("a resource knows its paths and names") {
  CHECK(resources::pods.path("demo") == "/api/v1/namespaces/demo/pods");
  CHECK(resources::pods.path("") == "/api/v1/pods");
  CHECK(resources::pods.path("demo", "sales-0", "log") == "/api/v1/namespaces/demo/pods/sales-0/log");
  CHECK(resources::namespaces.path("", "demo") == "/api/v1/namespaces/demo");
  CHECK(resources::nodes.path("demo", "node-0") == "/api/v1/nodes/node-0");
  CHECK(resources::mssqlservers.path("demo", "sales", "status") ==
        "/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers/sales/status");
  CHECK(resources::mssqlserverversions.path("", "2022-cu12") ==
        "/apis/catalog.kubedb.com/v1alpha1/mssqlserverversions/2022-cu12");

  CHECK(resources::pods.api_version() == "v1");
  CHECK(resources::pods.qualified() == "pods");
  CHECK(resources::pods.printed_kind() == "pod");
  CHECK(resources::mssqlservers.api_version() == "kubedb.com/v1alpha2");
  CHECK(resources::mssqlservers.qualified() == "mssqlservers.kubedb.com");
  CHECK(resources::mssqlservers.printed_kind() == "mssqlserver.kubedb.com");
}

TEST_CASE("what cannot be a path segment is refused before anything is sent") {
  struct Row {
    const char *ns, *name, *message;
  };
  const Row rows[] = {
      {"ns/foo", "a", "invalid namespace \"ns/foo\": [may not contain '/']"},
      {"demo", "a%2Fb", "invalid resource name \"a%2Fb\": [may not contain '%']"},
      {"demo", "..", "invalid resource name \"..\": [may not be '..']"},
      {".", "a", "invalid namespace \".\": [may not be '.']"},
      {"", "a", "an empty namespace may not be set when a resource name is provided"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    try {
      static_cast<void>(resources::pods.path(row.ns, row.name));
      FAIL_CHECK("accepted");
    } catch (const Error& error) {
      CHECK(error.code() == ExitCode::usage);
      CHECK(error.info().message == row.message);
    }
  }
}

TEST_CASE("kinds are found by apiVersion and kind, and no two resources share both") {
  CHECK(find_resource("kubedb.com/v1alpha2", "MSSQLServer") == &resources::mssqlservers);
  CHECK(find_resource("gitops.kubedb.com/v1alpha1", "MSSQLServer") == &resources::gitops_mssqlservers);
  CHECK(find_resource("v1", "Pod") == &resources::pods);
  CHECK(find_resource("v2", "Pod") == nullptr);
  for (const ResourceType* type : known_resources()) CHECK(find_resource(type->api_version(), type->kind) == type);
}

TEST_CASE("queries and paths are encoded as Go does") {
  CHECK(Query().text().empty());
  CHECK(Query().set("limit", "500").set("continue", "").set("a", "x y").text() == "?a=x+y&limit=500");
  CHECK(query_escape("a in (,x,y),b=c") == "a+in+%28%2Cx%2Cy%29%2Cb%3Dc");
  CHECK(query_escape("!d~e_f-g.h") == "%21d~e_f-g.h");
  CHECK(path_escape("a b:c@d") == "a%20b:c@d");
  CHECK(path_escape("\xC3\xBC") == "%C3%BC");
}

}  // namespace dba::kube
