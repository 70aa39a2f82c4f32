#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

#include "world/faults.hpp"

using namespace dba;
using namespace dba::sandbox::world;
using namespace std::chrono_literals;

namespace {

/// The refusal of a text as one line.
std::string refusal(std::string_view text) {
  try {
    parse_fault(text);
  } catch (const Error& error) {
    CHECK(error.code() == ExitCode::usage);
    CHECK(error.info().hint == "kubectl dba sandbox fault list");
    return error.info().message + (error.info().details.empty() ? "" : " | " + join(error.info().details, " | "));
  }
  return "accepted";
}

}  // namespace

TEST_CASE("every fault of the design is there, once, with a summary") {
  std::vector<std::string> names;
  for (const auto& kind : fault_kinds()) {
    names.emplace_back(kind.name);
    CHECK_FALSE(kind.summary.empty());
    CHECK(find_fault_kind(kind.name) == &kind);
  }
  CHECK(names == std::vector<std::string>{
                     "kill-process",     "freeze",        "partition",      "disk-full",   "slow-disk",
                     "redo-lag",         "stale-label",   "stale-endpoint", "split-brain", "lose-acked-write",
                     "hold-highest-lsn", "operator-down", "api-latency",    "api-error",   "api-disconnect",
                     "tunnel-drop",      "tls-expired",   "password-wrong", "ops-stuck",   "ops-fail",
                     "ignore-fault",     "flap",          "endpoint-lag"});
  CHECK(find_fault_kind("no-such") == nullptr);
}

TEST_CASE("those that act on SQL endpoints say so") {
  std::vector<std::string> sql;
  for (const auto& kind : fault_kinds()) {
    if (kind.needs_sql) sql.emplace_back(kind.name);
  }
  CHECK(sql == std::vector<std::string>{"disk-full", "slow-disk", "redo-lag", "lose-acked-write", "tls-expired",
                                        "password-wrong"});
}

TEST_CASE("targets are read as namespace, database and member") {
  struct Row {
    std::string_view text, ns, database, member, printed;
  };
  for (const auto& row : std::vector<Row>{
           {"freeze", "", "", "", ""},
           {"freeze sales", "", "sales", "", "demo/sales"},
           {"freeze sales/2", "", "sales", "2", "demo/sales/2"},
           {"freeze sales/primary", "", "sales", "primary", "demo/sales/primary"},
           {"freeze sales/secondaries", "", "sales", "secondaries", "demo/sales/secondaries"},
           {"freeze prod/sales", "prod", "sales", "", "prod/sales"},
           {"  freeze   prod/sales/0  ", "prod", "sales", "0", "prod/sales/0"},
       }) {
    CAPTURE(row.text);
    const auto request = parse_fault(row.text);
    CHECK(request.name == "freeze");
    CHECK(request.target.ns == row.ns);
    CHECK(request.target.database == row.database);
    CHECK(request.target.member == row.member);
    CHECK(format_target(request.target) == row.printed);
  }
}

TEST_CASE("all keys are read") {
  const auto request =
      parse_fault("api-error after=5s for=1m30s times=3 probability=0.25 delay=200ms code=503 verb=get");
  CHECK(request.after == 5s);
  CHECK(request.lasts == 90s);
  CHECK(request.times == 3);
  CHECK(request.probability == 0.25);
  CHECK(request.delay == 200ms);
  CHECK(request.settings.at("code") == "503");
  CHECK(request.settings.at("verb") == "get");
}

TEST_CASE("what is wrong is said with the word and what would be right") {
  struct Row {
    std::string_view text, says;
  };
  for (
      const auto& row : std::vector<Row>{
          {"", "no fault is named; write NAME [TARGET] [key=value…]"},
          {"freez sales", R"(the fault "freez sales" cannot be set: "freez" is not a fault; did you mean "freeze"?)"},
          {"bananas", R"(the fault "bananas" cannot be set: "bananas" is not a fault)"},
          {"operator-down sales",
           R"(the fault "operator-down sales" cannot be set: target: operator-down concerns the whole world)"},
          {"freeze sales/x/y/z",
           R"(the fault "freeze sales/x/y/z" cannot be set: target: "sales/x/y/z" has 4 parts; write [namespace/]db[/ordinal|/primary|/secondaries])"},
          {"freeze demo/sales/leader",
           R"(the fault "freeze demo/sales/leader" cannot be set: target: "leader" is no member; write an ordinal, primary or secondaries)"},
          {"freeze sales orders",
           R"(the fault "freeze sales orders" cannot be set: target: "orders" is a second one; set one fault for each)"},
          {"freeze sales aftr=5s",
           R"(the fault "freeze sales aftr=5s" cannot be set: aftr: freeze has no such key; did you mean "after"?)"},
          {"partition sales rate=5",
           R"(the fault "partition sales rate=5" cannot be set: rate: partition has no such key; it has after, for, times, probability and delay)"},
          {"freeze for=long",
           R"(the fault "freeze for=long" cannot be set: for: "long" is not a duration; write 500ms or 10s)"},
          {"freeze for=-5s",
           R"(the fault "freeze for=-5s" cannot be set: for: "-5s" is not a duration; write 500ms or 10s)"},
          {"freeze times=0",
           R"(the fault "freeze times=0" cannot be set: times: "0" is not a number of times; write 1 or more)"},
          {"freeze probability=2",
           R"(the fault "freeze probability=2" cannot be set: probability: "2" is not a probability; write a number from 0 to 1)"},
          {"freeze for=1s for=2s", R"(the fault "freeze for=1s for=2s" cannot be set: for: is given twice)"},
      }) {
    CAPTURE(row.text);
    CHECK(refusal(row.text) == row.says);
  }
}

TEST_CASE("all problems of a fault are told at once") {
  CHECK(refusal("freez Sales! for=x times=y") ==
        "the fault \"freez Sales! for=x times=y\" cannot be set"
        " | \"freez\" is not a fault; did you mean \"freeze\"?"
        " | target: " +
            dns_label_problem("Sales!") +
            " | for: \"x\" is not a duration; write 500ms or 10s"
            " | times: \"y\" is not a number of times; write 1 or more");
}

TEST_CASE("a fault goes to JSON and back") {
  for (const std::string text : {"freeze prod/sales/2 after=5s for=10s", "api-error code=503 times=2 probability=0.5",
                                 "slow-disk sales delay=300ms", "operator-down"}) {
    CAPTURE(text);
    const auto request = parse_fault(text);
    const auto json = to_json(request);
    CHECK(to_json(fault_request_from_json(json)) == json);
  }
  CHECK(
      to_json(parse_fault("api-error after=5s for=10s code=503 times=2 probability=0.5 delay=1s")).dump() ==
      R"({"name":"api-error","after":"5s","for":"10s","delay":"1s","times":2,"probability":0.5,"settings":{"code":"503"}})");
  CHECK(to_json(parse_fault("freeze sales/primary")).dump() == R"({"name":"freeze","target":"demo/sales/primary"})");
}

TEST_CASE("JSON that is no fault is refused like text") {
  CHECK_THROWS_WITH_AS(fault_request_from_json(Json::parse(R"({"name":"freez"})")),
                       "the fault \"freez\" cannot be set: \"freez\" is not a fault; did you mean \"freeze\"?", Error);
  CHECK_THROWS_AS(fault_request_from_json(Json::array()), Error);
  CHECK_THROWS_AS(fault_request_from_json(Json::parse(R"({"name":"freeze","times":"often"})")), Error);
  CHECK_THROWS_AS(fault_request_from_json(Json::parse(R"({"name":"freeze","settings":5})")), Error);
}
