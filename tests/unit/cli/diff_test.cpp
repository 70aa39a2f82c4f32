#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/codec/yaml.hpp"
#include "dba/platform/files.hpp"
#include "dba/platform/process.hpp"

#include "support/command_harness.hpp"
#include "support/demo_cluster.hpp"
#include "support/mssql_paths.hpp"

namespace dba::cli {

namespace {

using test::CommandResult;
using test::kSales;

/// A cluster with a live database, and a manifest of it; compared by the real `diff`.
struct DiffScene : test::CommandHarness {
  DiffScene() {
    use_processes(platform::posix_process_runner());
    platform::write_new_secret_file(file, codec::to_yaml(test::sales_database()));
  }

  void live() { api().on_get(test::live_sales_database()).optionally(); }
  void merged(const Json& object) { api().on("PATCH", kSales).where("dryRun", "All").reply(object).optionally(); }
  CommandResult diff() { return run({"mssql", "diff", "-f", file}); }

  platform::TemporaryDirectory directory{"diff-test-"};
  std::string file = (directory.path() / "sales.yaml").string();
};

/// The lines that differ, without the header with its names and times.
std::string body(const std::string& diff) {
  const std::size_t hunk = diff.find("@@");
  return hunk == std::string::npos ? diff : diff.substr(hunk);
}

}  // namespace

TEST_CASE("no difference is 0 and silence") {
  DiffScene scene;
  scene.live();
  scene.merged(test::live_sales_database());
  const CommandResult result = scene.diff();
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out.empty());
  CHECK(result.err.empty());
}

TEST_CASE("a difference is 1 and a unified diff from live to merged") {
  DiffScene scene;
  scene.live();
  scene.merged(test::halted_sales_database());
  const CommandResult result = scene.diff();
  CHECK(static_cast<int>(result.code) == 1);
  CHECK(result.err.empty());
  CHECK(body(result.out) ==
        "@@ -4,6 +4,7 @@\n   name: sales\n   namespace: demo\n spec:\n+  deletionPolicy: Halt\n   podTemplate:\n"
        "     spec:\n       containers:\n");
  CHECK(result.out.find("LIVE-") != std::string::npos);
  CHECK(result.out.find("/kubedb.com.v1alpha2.MSSQLServer.demo.sales\t") != std::string::npos);
}

TEST_CASE("an object that is not there yet is added as a whole") {
  DiffScene scene;
  test::stub_demo_cluster(scene.api());
  scene.merged(test::live_sales_database());
  const CommandResult result = scene.diff();
  CHECK(static_cast<int>(result.code) == 1);
  CHECK(body(result.out).starts_with("@@ -0,0 +1,"));
  CHECK(body(result.out).find("\n-") == std::string::npos);
}

TEST_CASE("KUBECTL_EXTERNAL_DIFF is run instead, without arguments that could be dangerous") {
  DiffScene scene;
  scene.live();
  scene.merged(test::halted_sales_database());
  scene.set_variable("KUBECTL_EXTERNAL_DIFF", "echo --brief -x=1 ;rm /tmp/a");
  const CommandResult result = scene.diff();
  CHECK(result.code == ExitCode::ok);
  CHECK(result.out.starts_with("--brief -x=1 /"));
  CHECK(result.out.find("rm") == std::string::npos);
}

TEST_CASE("failures are never 1") {
  DiffScene scene;
  SUBCASE("the server is not there") {
    scene.api().on("GET", kSales).break_with(kube::TransportFailure::Kind::refused, false);
    CHECK(scene.diff().code == ExitCode::proved_nothing);
  }
  SUBCASE("not allowed") {
    scene.api().on("GET", kSales).fail(403, "Forbidden", "no");
    CHECK(scene.diff().code == ExitCode::denied);
  }
  SUBCASE("no program to compare with") {
    scene.live();
    scene.merged(test::live_sales_database());
    scene.set_variable("KUBECTL_EXTERNAL_DIFF", "/nonexistent/diff");
    const CommandResult result = scene.diff();
    CHECK(result.code == ExitCode::usage);
    CHECK(result.err.starts_with("error: cannot run \"/nonexistent/diff\" to compare\n"));
  }
  SUBCASE("the program fails") {
    scene.live();
    scene.merged(test::live_sales_database());
    scene.set_variable("KUBECTL_EXTERNAL_DIFF", "ls --no-such-option");
    CHECK(scene.diff().code == ExitCode::usage);
  }
  SUBCASE("something else than the API server answers") {
    scene.api().on("GET", kSales).reply(200, R"({"error":"please log in"})");
    const CommandResult result = scene.diff();
    CHECK(result.code == ExitCode::proved_nothing);
    CHECK(result.err.starts_with(
        "error: cannot get mssqlservers.kubedb.com \"sales\" in namespace \"demo\": the answer is not one of a "
        "Kubernetes API server\n"));
  }
  SUBCASE("the merge is answered by something else") {
    scene.live();
    scene.merged(Json::parse(R"({"metadata":null})"));
    const CommandResult result = scene.diff();
    CHECK(result.code == ExitCode::proved_nothing);
    CHECK(result.err.find("internal") == std::string::npos);
  }
  SUBCASE("the result cannot be written") {
    class FullDisk : public output::OutStream {
     public:
      void write(std::string_view) override {}
      std::string failure() const override { return "no space left on device"; }
    };
    FullDisk out;
    scene.write_to(out);
    scene.live();
    scene.merged(test::halted_sales_database());
    CHECK(scene.diff().code == ExitCode::proved_nothing);
  }
  SUBCASE("the API server warns, and that is not wanted") {
    scene.live();
    scene.api()
        .on("PATCH", kSales)
        .reply(200, codec::compact_json(test::live_sales_database()),
               {{"Content-Type", "application/json"}, {"Warning", "299 - \"old\""}});
    const CommandResult result = scene.run({"mssql", "diff", "-f", scene.file, "--warnings-as-errors"});
    CHECK(result.code == ExitCode::proved_nothing);
    CHECK(result.err == "Warning: old\nerror: 1 warning received\n");
  }
}

}  // namespace dba::cli
