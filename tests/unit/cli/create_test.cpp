#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/kube/resource.hpp"

#include "support/command_harness.hpp"
#include "support/demo_cluster.hpp"
#include "support/mssql_objects.hpp"
#include "support/mssql_paths.hpp"

namespace dba::cli {

namespace {

namespace resources = kube::resources;
using test::CommandHarness;
using test::CommandResult;
using test::kDatabases;

const char* const kFlags =
    "mssql create sales --databases agdb1,agdb2 --issuer mssqlserver-ca-issuer --storage 10Gi --accept-eula "
    "--edition Developer";

std::vector<std::string> create(const std::string& more = "") {
  std::vector<std::string> all = split(kFlags, ' ');
  for (std::string& word : split(more, ' ')) all.push_back(std::move(word));
  return all;
}

/// A cluster that has all the database needs and takes it.
struct CreateScene : CommandHarness {
  CreateScene() {
    test::stub_demo_cluster(api());
    api()
        .on("POST", kDatabases)
        .reply_with([](const test::SeenRequest& request) {
          Json object = codec::parse_json(request.body, "the request");
          object["metadata"]["uid"] = "uid-of-sales";
          return test::Reply{.status = 201, .body = codec::compact_json(object)};
        })
        .optionally();
    test::stub_user(api());
    api().on("PATCH", kDatabases + "/sales").stored().optionally();
  }

  void follow(std::string_view phase) {
    Json database = test::live_sales_database();
    database["status"]["phase"] = phase;
    api().on_list(resources::mssqlservers, "demo", {database}).optionally();
    api().on_list(resources::pods, "demo", test::three_pods()).optionally();
    api().on_watch(resources::mssqlservers, "demo");
    api().on_watch(resources::pods, "demo");
  }
};

}  // namespace

TEST_CASE("create tells the chosen version on stderr and the result on stdout") {
  CreateScene scene;
  const CommandResult result = scene.run(create("--reason first"));
  CHECK(result.out == "mssqlserver.kubedb.com/sales created\n");
  CHECK(result.err == "version 2025-cu0, the newest of the catalog (--version)\n");
  CHECK(result.code == ExitCode::ok);
  const std::vector<test::SeenRequest> posts = scene.api().requests("POST");
  REQUIRE(posts.size() == 3);
  CHECK(codec::parse_json(posts[1].body, "the request") == test::sales_database());
  const Json event = codec::parse_json(posts[2].body, "the event");
  CHECK(event["message"] == "created (by jane: first)");
}

TEST_CASE("create lists what is wrong with the object and contacts nothing") {
  CreateScene scene;
  scene.forbid_cluster();
  const CommandResult result = scene.run({"mssql", "create", "sales", "--replicas", "0"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.out.empty());
  CHECK(result.err.starts_with("error: cannot create this database\n  - "));
}

TEST_CASE("create and apply list values that cannot be read together with the rules that the rest breaks") {
  for (const std::string verb : {"create", "apply"}) {
    CAPTURE(verb);
    CreateScene scene;
    scene.forbid_cluster();
    std::vector<std::string> arguments = create("--replicas x --dry-run=maybe --service primary=Ingress");
    arguments[1] = verb;
    const CommandResult result = scene.run(arguments);
    CHECK(result.code == ExitCode::usage);
    CHECK(result.err ==
          "error: cannot " + verb +
              " this database\n"
              "  - --replicas: \"x\" is not a whole number\n"
              "  - --dry-run: Invalid dry-run value (maybe). Must be \"none\", \"server\", or \"client\".\n"
              "  - --service: \"Ingress\" is not one of ClusterIP, NodePort, LoadBalancer\n");
  }
}

TEST_CASE("create of a name that exists is refused and points to apply") {
  CreateScene scene;
  scene.api().on_get(test::live_sales_database());
  const CommandResult result = scene.run(create("--version 2025-cu0"));
  CHECK(result.code == ExitCode::refused);
  CHECK(
      result.err ==
      "error: cannot create database \"sales\": metadata.name: \"sales\" exists already in namespace \"demo\"; change "
      "it with apply\n"
      "  try:   the same command with apply instead of create\n");
}

TEST_CASE("an unknown version lists the choices") {
  CreateScene scene;
  const CommandResult result = scene.run(create("--version 2025-cu9"));
  CHECK(result.code == ExitCode::refused);
  CHECK(result.err.find("2025-cu0") != std::string::npos);
  CHECK(result.err.find("2022-cu12") != std::string::npos);
}

TEST_CASE("--dry-run=client prints what would be sent, without a cluster") {
  CreateScene scene;
  scene.forbid_cluster();
  CommandResult result = scene.run(create("--version 2025-cu0 --dry-run=client"));
  CHECK(result.out == "mssqlserver.kubedb.com/sales created (dry run)\n");
  result = scene.run(create("--version 2025-cu0 -n demo --dry-run=client -o yaml"));
  CHECK(codec::parse_documents(result.out, "the output").at(0).value() == test::sales_database());
  CHECK(result.out.starts_with("apiVersion: kubedb.com/v1alpha2\nkind: MSSQLServer\nmetadata:\n  name: sales\n"));
  result = scene.run(create("--dry-run=client"));
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err ==
        "error: cannot create this database: spec.version (--version): is required, e.g. 2022-cu22; see kubectl dba "
        "mssql versions; a client dry run does not read the catalog\n");
}

TEST_CASE("--dry-run=client --with-issuer -o yaml prints the CA secret and the issuer first") {
  CreateScene scene;
  scene.forbid_cluster();
  const CommandResult result = scene.run(create("--version 2025-cu0 -n demo --with-issuer --dry-run=client -o yaml"));
  std::vector<std::string> kinds;
  for (const codec::Document& document : codec::parse_documents(result.out, "the output"))
    kinds.push_back(codec::string_at(document.value(), {"kind"}));
  CHECK(kinds == std::vector<std::string>{"Secret", "Issuer", "MSSQLServer"});
}

TEST_CASE("--dry-run=server sends everything and keeps nothing") {
  CreateScene scene;
  const CommandResult result = scene.run(create("--version 2025-cu0 --dry-run=server"));
  CHECK(result.out == "mssqlserver.kubedb.com/sales created (server dry run)\n");
  REQUIRE(scene.api().requests("POST").size() == 1);
  CHECK(scene.api().requests("POST")[0].parameter("dryRun") == "All");
}

TEST_CASE("-o name and -o json print the created object") {
  CreateScene scene;
  CHECK(scene.run(create("--version 2025-cu0 -o name")).out == "mssqlserver.kubedb.com/sales\n");
  const CommandResult result = scene.run(create("--version 2025-cu0 -o json"));
  CHECK(codec::uid_of(codec::parse_json(result.out, "the output")) == "uid-of-sales");
}

TEST_CASE("--wait ends when the database is Ready") {
  CreateScene scene;
  scene.follow("Ready");
  const CommandResult result = scene.run(create("--version 2025-cu0 --wait"));
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out == "mssqlserver.kubedb.com/sales created\n");
}

TEST_CASE("--wait ends with 124 and the way to go on when --timeout is over") {
  CreateScene scene;
  scene.follow("Provisioning");
  SUBCASE("for people") {
    const CommandResult result = scene.run(create("--version 2025-cu0 --wait --timeout 5m --progress=none"));
    CHECK(result.code == ExitCode::timed_out);
    CHECK(result.out == "mssqlserver.kubedb.com/sales created\n");
    CHECK(result.err ==
          "error: mssqlserver.kubedb.com/sales was created, but is not Ready after 5m0s\n"
          "  - Provisioning: waiting for the KubeDB operator to begin\n"
          "  try:   kubectl dba mssql wait sales -n demo --for=phase=Ready\n");
  }
  SUBCASE("for machines the object is the one document on stdout") {
    const CommandResult result = scene.run(create("--version 2025-cu0 --wait --timeout 5m -o json"));
    CHECK(result.code == ExitCode::timed_out);
    CHECK(codec::parse_json(result.out, "the output")["status"]["phase"] == "Provisioning");
  }
}

TEST_CASE("--wait ends at once when the database can never be Ready") {
  CreateScene scene;
  scene.follow("Halted");
  const CommandResult result = scene.run(create("--version 2025-cu0 --wait --progress=none"));
  CHECK(result.code == ExitCode::unexpected);
  CHECK(result.out == "mssqlserver.kubedb.com/sales created\n");
  CHECK(result.err.starts_with("error: mssqlserver.kubedb.com/sales will not become Ready: "));
}

TEST_CASE("an interrupted wait says that the database is made and how to go on") {
  CreateScene scene;
  scene.follow("Provisioning");
  scene.api().on("POST", "/api/v1/namespaces/demo/events").reply_with([&](const test::SeenRequest& request) {
    scene.stop().request_stop();
    return test::Reply{.status = 201, .body = request.body};
  });
  const CommandResult result = scene.run(create("--version 2025-cu0 --wait --progress=none"));
  CHECK(result.code == ExitCode::interrupted);
  CHECK(result.out == "mssqlserver.kubedb.com/sales created\n");
  CHECK(result.err ==
        "error: interrupted; mssqlserver.kubedb.com/sales was created and goes on without us\n"
        "  try:   kubectl dba mssql wait sales -n demo --for=phase=Ready\n");
}

TEST_CASE("a server that is silent until --timeout is over is told apart from one that refuses") {
  CreateScene scene;
  SUBCASE("while everything is only read, nothing was changed") {
    scene.api().on_get_missing(resources::mssqlservers, "demo", "sales").optionally();
    scene.api().on("GET", kDatabases + "/sales").time_out();
    const CommandResult result = scene.run(create("--version 2025-cu0 --timeout 30s"));
    CHECK(result.code == ExitCode::timed_out);
    CHECK(scene.api().requests("POST").empty());
  }
  SUBCASE("when the POST is out, nobody knows") {
    scene.api().on("POST", kDatabases).time_out();
    scene.api().on_get_missing(resources::mssqlservers, "demo", "sales").fail(503, "ServiceUnavailable", "down");
    const CommandResult result = scene.run(create("--version 2025-cu0 --timeout 30s"));
    CHECK(result.code == ExitCode::acceptance_unknown);
    CHECK(result.out.empty());
  }
}

TEST_CASE("--wait and a dry run exclude each other") {
  CreateScene scene;
  scene.forbid_cluster();
  const CommandResult result = scene.run(create("--version 2025-cu0 --wait --dry-run=client"));
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err == "error: cannot create this database: --wait: there is nothing to wait for with --dry-run\n");
}

TEST_CASE("a namespace that is missing is not found, and the flag that makes it is named") {
  CreateScene scene;
  scene.api().on_get_missing(resources::namespaces, "", "demo");
  const CommandResult result = scene.run(create("--version 2025-cu0"));
  CHECK(result.code == ExitCode::denied);
  CHECK(result.err ==
        "error: cannot create database \"sales\": metadata.namespace (-n): namespace \"demo\" does not exist; "
        "--create-namespace makes it\n"
        "  try:   add --create-namespace to make the namespace\n");
}

TEST_CASE("a result that cannot be written does not hide that the database was made") {
  class FullDisk : public output::OutStream {
   public:
    void write(std::string_view) override {}
    std::string failure() const override { return "no space left on device"; }
  };
  for (const char* more : {"--version 2025-cu0", "--version 2025-cu0 -o json"}) {
    CAPTURE(more);
    CreateScene scene;
    FullDisk disk;
    scene.write_to(disk);
    const CommandResult result = scene.run(create(more));
    CHECK(result.code == ExitCode::unexpected);
    CHECK(result.err ==
          "error: writing the result failed\n  - mssqlserver.kubedb.com/sales was created\n"
          "  cause: no space left on device\n");
  }
}

TEST_CASE("no databases are no databases: an empty variable is told") {
  CreateScene scene;
  scene.forbid_cluster();
  const CommandResult result = scene.run(
      {"mssql", "create", "sales", "--databases", "", "--issuer", "ca", "--storage", "10Gi", "--accept-eula"});
  CHECK(result.code == ExitCode::usage);
  CHECK(result.err == "error: cannot create this database: --databases: is empty, expected NAMES\n");
}

}  // namespace dba::cli
