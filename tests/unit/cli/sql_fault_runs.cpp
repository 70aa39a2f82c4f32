#include "sql_fault_runs.hpp"

#include <array>
#include <random>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "support/json_schema.hpp"
#include "support/sql_harness.hpp"

namespace dba::cli {

namespace {

using sql::Failure;
using sql::Phase;
using sql::SqlError;
using test::CommandResult;
using test::kNothingAnswers;
using test::kWrongPassword;

enum class Fault { none, frozen, slow, cut, silent, denied, lying };
constexpr std::array<std::string_view, 7> kFaultNames{"none", "frozen", "slow", "cut", "silent", "denied", "lying"};
constexpr std::array<const char*, 3> kPodNames{"sales-0", "sales-1", "sales-2"};
constexpr std::chrono::seconds kTimeout{3};

using Faults = std::array<Fault, 3>;

const SqlError kCut(Phase::execute, Failure::connection_lost,
                    "the connection to SQL Server broke while running a statement");

/// sales-0 leads by label; the servers do as their faults say.
struct FaultyHarness : test::SqlHarness {
  explicit FaultyHarness(const Faults& faults) {
    for (std::size_t i = 0; i < faults.size(); ++i) apply(faults[i], server(kPodNames[i]));
  }

  void apply(Fault fault, test::FakeServer& sick) {
    sick.answer = [](std::string_view, sql::ResultReader& reader) {
      reader.columns({{.name = "one"}});
      reader.row({"1"});
      reader.done(1);
    };
    if (fault == Fault::frozen) sick.frozen = true;
    if (fault == Fault::slow) {
      sick.on_batch = [this](int) { clock().sleep_until(clock().steady_now() + std::chrono::milliseconds(200), {}); };
    }
    if (fault == Fault::cut) sick.breaks = kCut;
    if (fault == Fault::silent) sick.refuses = kNothingAnswers;
    if (fault == Fault::denied) sick.refuses = kWrongPassword;
    if (fault == Fault::lying) sick.role = "PRIMARY";
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

void run_against_faults(std::uint32_t seed) {
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
          : faults[0] == Fault::cut    ? ExitCode::acceptance_unknown
                                       : ExitCode::sql_unreachable);
  CHECK(query.out == (known.first_leads ? "one\n1\n" : ""));
}

}  // namespace dba::cli
