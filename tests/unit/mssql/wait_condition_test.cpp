#include "dba/mssql/wait_condition.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"

#include "support/mssql_objects.hpp"
#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

using Kind = WaitCondition::Kind;
using test::database_json;
using test::pod_json;

std::string problem_of(std::string_view text) {
  try {
    parse_wait_condition(text);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::usage);
    return error.what();
  }
  return "no problem";
}

TEST_CASE("every form of --for is read") {
  struct Row {
    const char* text;
    Kind kind;
    std::string name{}, value{};
    bool any_value = false, needs_pods = false;
  };
  for (const Row& row : std::vector<Row>{
           {"phase=Ready", Kind::phase, "Ready"},
           {"phase=notready", Kind::phase, "NotReady"},
           {"PHASE=DataRestoring", Kind::phase, "DataRestoring"},
           {"primary", Kind::primary, "", "", false, true},
           {"primary=sales-1", Kind::primary_pod, "sales-1", "", false, true},
           {"primary!=sales-1", Kind::primary_other, "sales-1", "", false, true},
           {"primary-changed", Kind::primary_changed, "", "", false, true},
           {"delete", Kind::deleted},
           {"deleted", Kind::deleted},
           {"condition=Provisioned", Kind::condition, "Provisioned", "True"},
           {"condition=AcceptingConnection=False", Kind::condition, "AcceptingConnection", "False"},
           {"condition=Ready=Unknown", Kind::condition, "Ready", "Unknown"},
           {"jsonpath={.status.phase}", Kind::jsonpath, "{.status.phase}", "", true},
           {"jsonpath={.status.phase}=Ready", Kind::jsonpath, "{.status.phase}", "Ready"},
           {"jsonpath=.spec.replicas=3", Kind::jsonpath, ".spec.replicas", "3"},
           {"jsonpath={.status.conditions[?(@.type==\"Ready\")].status}=True", Kind::jsonpath,
            "{.status.conditions[?(@.type==\"Ready\")].status}", "True"},
           {"jsonpath={.metadata.annotations['a=b']}=c=d", Kind::jsonpath, "{.metadata.annotations['a=b']}", "c=d"},
       }) {
    CAPTURE(std::string(row.text));
    const WaitCondition condition = parse_wait_condition(row.text);
    CHECK(condition.kind == row.kind);
    CHECK(condition.text == row.text);
    CHECK(condition.name == row.name);
    CHECK(condition.value == row.value);
    CHECK(condition.any_value == row.any_value);
    CHECK(condition.needs_pods() == row.needs_pods);
  }
}

TEST_CASE("what is no form is refused with all of them") {
  for (const char* text :
       {"", "ready", "phase", "phase=", "primary=", "primary!=", "primary!", "primary-changed=sales-0", "delete=now",
        "=Ready", "condition", "condition=", "condition==True", "condition=Ready=", "jsonpath",
        "jsonpath=", "jsonpath={.status.phase}=", "jsonpath==Ready"}) {
    CAPTURE(std::string(text));
    CHECK(problem_of(text) == "--for: \"" + std::string(text) +
                                  "\" is not one of phase=PHASE, primary, primary=POD, primary!=POD, primary-changed, "
                                  "delete, condition=TYPE[=STATUS], "
                                  "jsonpath=PATH[=VALUE]");
  }
}

TEST_CASE("an unknown phase is refused with the phases there are") {
  CHECK(problem_of("phase=Running") ==
        "--for: \"phase=Running\" names no phase, use Provisioning, DataRestoring, Ready, Critical, NotReady, Halted "
        "or Unknown");
}

TEST_CASE("a JSONPath that cannot be read is refused under the flag's name") {
  CHECK(problem_of("jsonpath={.status") ==
        "--for: unexpected path string \"{.status\", expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or "
        "'{.name1.name2}'");
  CHECK(problem_of("jsonpath={.items[?(@.a}") == "--for: error parsing jsonpath {.items[?(@.a}, unterminated filter");
}

/// "met|waiting|never: what was seen"
std::string verdict(std::string_view condition, const WaitStart& start, const Observation& now) {
  const WaitVerdict verdict = judge(parse_wait_condition(condition), start, now);
  switch (verdict.state) {
    case WaitVerdict::State::met:
      return "met: " + verdict.text;
    case WaitVerdict::State::waiting:
      return "waiting: " + verdict.text;
    case WaitVerdict::State::never:
      break;
  }
  return "never: " + verdict.text;
}

const WaitStart kStart{.uid = "uid-of-sales", .primary_pod = "sales-0", .primary_uid = "uid-of-sales-0"};

Json database_in(std::string_view phase, std::string_view conditions = "[]") {
  Json database = database_json("demo", "sales", phase);
  database["status"]["conditions"] = test::yaml("v: " + std::string(conditions))["v"];
  return database;
}

std::string verdict(std::string_view condition, const Json& database) {
  return verdict(condition, kStart, {.database = &database});
}

/// With these pods seen.
std::string verdict(std::string_view condition, const Json& database, const std::vector<Json>& pods) {
  const RoleReport roles = build_role_report({.database = &database, .pods = &pods});
  return verdict(condition, kStart, {.database = &database, .roles = &roles});
}

Json with(Json object, std::initializer_list<const char*> path, Json value) {
  Json* at = &object;
  for (const char* step : path) at = &(*at)[step];
  *at = std::move(value);
  return object;
}

TEST_CASE("a phase is waited for until the server reports it") {
  CHECK(verdict("phase=Ready", database_in("Ready")) == "met: phase is Ready");
  const std::vector<Json> pods{pod_json("demo", "sales", 0, "primary")};
  const Json ready = database_in("Ready");
  CHECK(verdict("phase=Ready", kStart, {.database = &ready, .pods = &pods}) ==
        "waiting: the phase is Ready, but 1 of 3 pods are ready");
  CHECK(verdict("phase=Ready", database_in("Ready",
                                           "[{type: Provisioned, status: 'True'}, {type: Ready, status: "
                                           "'False'}]")) ==
        "waiting: the phase is Ready, but by its conditions it is Critical");
  CHECK(verdict("phase=Ready", database_in("Provisioning")) == "waiting: waiting for the KubeDB operator to begin");
  CHECK(verdict("phase=Critical", database_in("Ready")) == "waiting: phase is Ready");
  CHECK(verdict("phase=Critical", database_in("")) == "waiting: phase is not set");
  const Json halting = with(database_in("Ready"), {"spec", "halted"}, true);
  CHECK(verdict("phase=Halted", halting) == "waiting: phase is Ready");
  CHECK(verdict("phase=NotReady", halting) ==
        "never: it is halted (spec.halted is true), its phase will not become NotReady");
}

TEST_CASE("a condition is compared by type and status in any case, whatever its generation") {
  const Json database = database_in(
      "Ready", "[{type: Provisioned, status: 'True', observedGeneration: 1}, {type: Ready, status: Unknown}]");
  CHECK(verdict("condition=provisioned", database) == "met: condition provisioned is True");
  CHECK(verdict("condition=Provisioned=true", database) == "met: condition Provisioned is True");
  CHECK(verdict("condition=Provisioned=False", database) == "waiting: condition Provisioned is True");
  CHECK(verdict("condition=Ready", database) == "waiting: condition Ready is Unknown");
  CHECK(verdict("condition=Paused", database) == "waiting: condition Paused is not there yet");
}

TEST_CASE("a JSONPath is met by its value, or by any when none is given") {
  const Json database = database_in("Ready");
  CHECK(verdict("jsonpath={.spec.replicas}=3", database) == "met: {.spec.replicas} is 3");
  CHECK(verdict("jsonpath=.spec.replicas=4", database) == "waiting: .spec.replicas is 3");
  CHECK(verdict("jsonpath={.status.phase}", database) == "met: {.status.phase} is Ready");
  CHECK(verdict("jsonpath={.status.phase}=ready", database) == "waiting: {.status.phase} is Ready");
  CHECK(verdict("jsonpath={.status.gone}", database) == "waiting: {.status.gone} is not there");
  CHECK(verdict("jsonpath={.spec.topology}", database) == "met: {.spec.topology} is {\"mode\":\"AvailabilityGroup\"}");
}

TEST_CASE("a primary is any one pod that leads alone") {
  const Json database = database_in("Ready");
  const std::vector<Json> led{pod_json("demo", "sales", 0, "primary"), pod_json("demo", "sales", 1, "secondary")};
  const std::vector<Json> leaderless{pod_json("demo", "sales", 0, ""), pod_json("demo", "sales", 1, "secondary")};
  const std::vector<Json> two{pod_json("demo", "sales", 0, "primary"), pod_json("demo", "sales", 1, "primary")};
  CHECK(verdict("primary", database, led) == "met: primary: sales-0");
  CHECK(verdict("primary", database, leaderless) == "waiting: no primary: no live pod is labelled primary");
  CHECK(verdict("primary", database, two) == "waiting: ambiguous: 2 pods are labelled primary: sales-0 and sales-1");
  CHECK(verdict("primary", database) == "waiting: its pods cannot be seen");
  CHECK(verdict("primary=sales-0", database, led) == "met: primary: sales-0");
  CHECK(verdict("primary=sales-1", database, led) == "waiting: primary: sales-0");
  CHECK(verdict("primary!=sales-0", database, led) == "waiting: primary: sales-0");
  CHECK(verdict("primary!=sales-1", database, led) == "met: primary: sales-0");
  CHECK(verdict("primary=sales-1", database, two) ==
        "waiting: ambiguous: 2 pods are labelled primary: sales-0 and sales-1");
  const Json halted = with(database, {"spec", "halted"}, true);
  for (const char* condition : {"primary", "primary=sales-1", "primary!=sales-9", "primary-changed"})
    CHECK(verdict(condition, halted, led) == "never: it is halted (spec.halted is true), nothing will lead");
}

TEST_CASE("a primary is ready, whatever a label says") {
  const Json database = database_in("Ready");
  const auto unready = [](int ordinal) {
    Json pod = pod_json("demo", "sales", ordinal, "primary");
    pod["status"]["conditions"][0]["status"] = "False";
    return pod;
  };
  for (const char* condition : {"primary", "primary=sales-0", "primary!=sales-1", "primary-changed"}) {
    CAPTURE(std::string(condition));
    CHECK(verdict(condition, database, {unready(0)}) ==
          "waiting: no primary: sales-0 is labelled primary and not ready");
  }
  CHECK(verdict("primary-changed", database, {unready(1)}) ==
        "waiting: no primary: sales-1 is labelled primary and not ready");
  CHECK(verdict("primary!=sales-0", database, {unready(1)}) ==
        "waiting: no primary: sales-1 is labelled primary and not ready");
}

TEST_CASE("a primary that was not ready when waiting began, and is now, has not changed") {
  const Json database = database_in("Ready");
  Json unready = pod_json("demo", "sales", 0, "primary");
  unready["status"]["conditions"][0]["status"] = "False";
  const std::vector<Json> before{unready}, after{pod_json("demo", "sales", 0, "primary")};
  const RoleReport roles = build_role_report({.database = &database, .pods = &before});
  const WaitStart start = start_of({.database = &database, .roles = &roles});
  const RoleReport now = build_role_report({.database = &database, .pods = &after});
  CHECK(verdict("primary-changed", start, {.database = &database, .roles = &now}) == "waiting: primary: sales-0");
  CHECK(verdict("primary", start, {.database = &database, .roles = &now}) == "met: primary: sales-0");
}

TEST_CASE("a primary has changed when another pod leads, be it of the same name") {
  const Json database = database_in("Ready");
  CHECK(verdict("primary-changed", database, {pod_json("demo", "sales", 0, "primary")}) == "waiting: primary: sales-0");
  CHECK(verdict("primary-changed", database, {pod_json("demo", "sales", 1, "primary")}) == "met: primary: sales-1");
  CHECK(verdict("primary-changed", database,
                {with(pod_json("demo", "sales", 0, "primary"), {"metadata", "uid"}, "another")}) ==
        "met: primary: sales-0");
  CHECK(verdict("primary-changed", database, std::vector<Json>{}) == "waiting: no primary: there are no pods");
}

TEST_CASE("a deletion is met when the object is gone or another has its name") {
  const Json database = database_in("Ready");
  CHECK(verdict("delete", database) == "waiting: nobody has deleted it yet");
  CHECK(verdict("delete", with(database, {"metadata", "deletionTimestamp"}, "2026-01-02T03:04:05Z")) ==
        "waiting: it is being deleted");
  CHECK(verdict("delete", with(database, {"metadata", "uid"}, "another")) == "met: it was deleted and made again");
  CHECK(verdict("delete", kStart, Observation{}) == "met: it is gone");
  CHECK(verdict("delete", WaitStart{}, Observation{}) == "met: it is gone");
}

TEST_CASE("what can never come any more is told at once") {
  const std::vector<Json> leaderless{pod_json("demo", "sales", 1, "secondary")};
  for (const char* condition : {"phase=Ready", "primary", "primary=sales-1", "primary-changed", "condition=Paused",
                                "jsonpath={.status.gone}"}) {
    CAPTURE(std::string(condition));
    const Json database = database_in("Provisioning");
    CHECK(verdict(condition, kStart, Observation{}) == "never: it was deleted");
    CHECK(verdict(condition, WaitStart{}, Observation{}) == "waiting: it does not exist yet");
    CHECK(verdict(condition, with(database, {"metadata", "uid"}, "another"), leaderless) ==
          "never: it was deleted and made again");
    CHECK(verdict(condition, with(database, {"metadata", "deletionTimestamp"}, "2026-01-02T03:04:05Z"), leaderless) ==
          "never: it is being deleted");
  }
}

TEST_CASE("what is so still does not count any more once the database is being deleted") {
  const Json going = with(database_in("Ready", "[{type: Ready, status: 'True'}]"), {"metadata", "deletionTimestamp"},
                          "2026-01-02T03:04:05Z");
  const std::vector<Json> led{pod_json("demo", "sales", 0, "primary")};
  for (const char* condition : {"phase=Ready", "primary", "primary=sales-0", "primary!=sales-1", "condition=Ready",
                                "jsonpath={.status.phase}=Ready", "jsonpath={.spec.replicas}"}) {
    CAPTURE(std::string(condition));
    CHECK(verdict(condition, going, led) == "never: it is being deleted");
  }
  CHECK(verdict("primary-changed", going, {pod_json("demo", "sales", 1, "primary")}) == "never: it is being deleted");
}

TEST_CASE("where waiting begins is the object and the pod that leads alone") {
  const Json database = database_in("Ready");
  const auto start = [&database](const std::vector<Json>& pods) {
    const RoleReport roles = build_role_report({.database = &database, .pods = &pods});
    const WaitStart begun = start_of({.database = &database, .roles = &roles});
    return begun.uid + " " + begun.primary_pod + " " + begun.primary_uid;
  };
  CHECK(start({pod_json("demo", "sales", 0, "primary")}) == "uid-of-sales sales-0 uid-of-sales-0");
  CHECK(start({pod_json("demo", "sales", 0, "primary"), pod_json("demo", "sales", 1, "primary")}) == "uid-of-sales  ");
  CHECK(start({}) == "uid-of-sales  ");
  CHECK(start_of({}).uid.empty());
  CHECK(start_of({.database = &database}).uid == "uid-of-sales");
}

}  // namespace
}  // namespace dba::mssql
