// Seeded runs of the commands that talk to SQL Server, with servers that freeze, are slow, break off, refuse and lie.
// Whatever they do, a command ends within its time-out and a second, and its exit code follows from what could be
// known.

#include <array>
#include <random>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/command_harness.hpp"
#include "support/json_schema.hpp"
#include "support/mssql_objects.hpp"

namespace {

using namespace dba;
using dba::test::CommandHarness;
using dba::test::CommandResult;
using sql::Failure;
using sql::Phase;
using sql::SqlError;

enum class Fault { none, frozen, slow, cut, silent, denied, lying };
constexpr std::array<std::string_view, 7> kFaultNames{"none", "frozen", "slow", "cut", "silent", "denied", "lying"};
constexpr std::array<const char*, 3> kPods{"sales-0", "sales-1", "sales-2"};
constexpr std::chrono::seconds kTimeout{3};

using Faults = std::array<Fault, 3>;

const SqlError kCut(Phase::execute, Failure::connection_lost,
                    "the connection to SQL Server broke while running a statement");
const SqlError kSilent(Phase::connect, Failure::unreachable, "nothing answers on port 1433");
const SqlError kDenied(Phase::connect, Failure::login_failed, "SQL Server refused the login of \"sa\"",
                       {{.sqlstate = "28000", .number = 18456, .message = "Login failed for user 'sa'."}});

/// sales-0 leads by label; the servers do as their faults say.
struct FaultyHarness : CommandHarness {
  explicit FaultyHarness(const Faults& faults) {
    const std::vector<Json> pods{test::pod_json("demo", "sales", 0, "primary"),
                                 test::pod_json("demo", "sales", 1, "secondary"),
                                 test::pod_json("demo", "sales", 2, "secondary")};
    api().on_get(test::database_json("demo", "sales")).optionally();
    api().on_list(kube::resources::pods, "demo", pods).optionally();
    api()
        .on_list(kube::resources::endpointslices, "demo",
                 {test::slice_json("demo", "sales", {pods[0]}),
                  test::slice_json("demo", "sales-secondary", {pods[1], pods[2]})})
        .optionally();
    api().on_get(test::auth_secret_json("demo", "sales")).optionally();
    test::make_healthy(servers());
    servers().clock = &clock();
    for (std::size_t i = 0; i < faults.size(); ++i) apply(faults[i], servers().pods[kPods[i]]);
  }

  void apply(Fault fault, test::FakeServer& server) {
    server.answer = [](std::string_view, sql::ResultReader& reader) {
      reader.columns({{.name = "one"}});
      reader.row({"1"});
      reader.done(1);
    };
    if (fault == Fault::frozen) server.frozen = true;
    if (fault == Fault::slow) {
      server.on_batch = [this](int) { clock().sleep_until(clock().steady_now() + std::chrono::milliseconds(200), {}); };
    }
    if (fault == Fault::cut) server.breaks = kCut;
    if (fault == Fault::silent) server.refuses = kSilent;
    if (fault == Fault::denied) server.refuses = kDenied;
    if (fault == Fault::lying) server.role = "PRIMARY";
  }
};

bool answers(Fault fault) { return fault == Fault::none || fault == Fault::slow || fault == Fault::lying; }

struct Known {
  int answering = 0, leading = 0, denied = 0;
  bool first_leads = false;
};

Known known_of(const Faults& faults) {
  Known known;
  for (std::size_t i = 0; i < faults.size(); ++i) {
    known.denied += faults[i] == Fault::denied ? 1 : 0;
    if (!answers(faults[i])) continue;
    ++known.answering;
    if (i == 0 || faults[i] == Fault::lying) ++known.leading;
  }
  known.first_leads = answers(faults[0]);
  return known;
}

ExitCode expected_of_replicas(const Known& known) {
  if (known.answering == 0) return known.denied == 3 ? ExitCode::denied : ExitCode::sql_unreachable;
  return known.leading > 1 ? ExitCode::write_lost : ExitCode::ok;
}

/// Without any answer the labels count, which name one primary.
ExitCode expected_of_roles(const Known& known) {
  if (known.leading > 1) return ExitCode::write_lost;
  return known.leading == 1 || known.answering == 0 ? ExitCode::ok : ExitCode::unhealthy;
}

}  // namespace

TEST_CASE("whatever the servers do, replicas, roles and query end in time, with the exit code that follows") {
  for (std::uint32_t seed = 0; seed < 170; ++seed) {
    std::mt19937 random(seed);
    Faults faults{};
    for (Fault& fault : faults) fault = static_cast<Fault>(random() % kFaultNames.size());
    const Known known = known_of(faults);
    std::string scene;
    for (const Fault fault : faults) scene += std::string(kFaultNames[static_cast<std::size_t>(fault)]) + " ";
    CAPTURE(seed);
    CAPTURE(scene);
    const auto run = [&](const std::vector<std::string>& words, ExitCode want) {
      CAPTURE(words[1]);
      FaultyHarness harness(faults);
      const auto begin = harness.clock().steady_now();
      const CommandResult result = harness.run(words);
      CHECK(harness.clock().steady_now() - begin <= kTimeout + std::chrono::seconds(1));
      CHECK(result.code == want);
      return result;
    };
    const CommandResult replicas =
        run({"mssql", "replicas", "sales", "--timeout", "3s", "-o", "json"}, expected_of_replicas(known));
    test::check_schema("ReplicaReport", replicas.out);
    const Json report = Json::parse(replicas.out);
    CHECK(report["partial"] == (known.answering < 3));
    for (std::size_t i = 0; i < faults.size(); ++i) CHECK(report["replicas"][i]["reachable"] == answers(faults[i]));
    const CommandResult roles =
        run({"mssql", "roles", "sales", "--timeout", "3s", "-o", "json"}, expected_of_roles(known));
    test::check_schema("RoleReport", roles.out);
    const CommandResult query =
        run({"mssql", "query", "sales", "--replica", "sales-0", "--timeout", "3s", "-o", "csv", "-Q", "select 1"},
            known.first_leads            ? ExitCode::ok
            : faults[0] == Fault::denied ? ExitCode::denied
            : faults[0] == Fault::frozen ? ExitCode::timed_out
                                         : ExitCode::sql_unreachable);
    CHECK(query.out == (known.first_leads ? "one\n1\n" : ""));
  }
}
