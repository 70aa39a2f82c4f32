#include "dba/mssql/roles.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"

#include "support/fake_clock.hpp"
#include "support/mssql_objects.hpp"
#include "yaml_text.hpp"

namespace dba::mssql {
namespace {

using test::database_json;
using test::kNow;
using test::pod_json;
using test::slice_json;

Json pod(int ordinal, std::string_view role) { return pod_json("demo", "sales", ordinal, role); }

Json not_ready(Json pod) {
  pod["status"]["conditions"][0]["status"] = "False";
  return pod;
}

Json terminating(Json pod) {
  pod["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:00Z";
  return pod;
}

Json arbiter() {
  Json pod = pod_json("demo", "sales", 0, "arbiter");
  pod["metadata"]["name"] = "sales-arbiter-0";
  pod["metadata"]["uid"] = "uid-of-sales-arbiter-0";
  return pod;
}

Json standalone_database() {
  Json database = database_json("demo", "sales");
  database["spec"].erase("topology");
  database["spec"]["replicas"] = 1;
  return database;
}

/// What there is to look at; slices are made of the pods that each Service leads to.
struct RoleScene {
  Json database = database_json("demo", "sales");
  std::vector<Json> pods{};
  std::vector<Json> slices{};

  RoleScene& leads_to(const std::vector<Json>& primary, const std::vector<Json>& secondary) {
    slices = {slice_json("demo", "sales", primary), slice_json("demo", "sales-secondary", secondary)};
    return *this;
  }
  RoleReport report(const RoleMemory* memory = nullptr) const {
    return build_role_report({.database = &database, .pods = &pods, .endpoint_slices = &slices, .memory = memory});
  }
  /// With what the SQL Server of each pod says, in their order; nothing where it gives no answer.
  RoleReport asked(const std::vector<std::string>& roles) const {
    RoleAnswers answers;
    for (std::size_t at = 0; at < roles.size(); ++at) {
      RoleAnswer answer{.pod = codec::name_of(pods[at]), .uid = codec::uid_of(pods[at])};
      if (roles[at].empty()) {
        answer.failure = AskFailure{.reason = "timed-out", .message = "SQL Server did not answer in time"};
      } else {
        answer.answer = SqlRole{.role = roles[at]};
      }
      answers.pods.push_back(std::move(answer));
    }
    return build_role_report(
        {.database = &database, .pods = &pods, .endpoint_slices = &slices, .sql = &answers, .sql_asked = true});
  }
};

/// The whole report: a line a pod (its cells, the uid among them), the sentence, whether labels and Services agree.
std::string text_of(const RoleReport& report) {
  std::string text;
  for (const std::vector<std::string>& row : role_rows(report, kNow)) text += join(row, " | ") + "\n";
  const Json json = to_json(report);
  const std::string gaps = role_gaps(report);
  return text + role_summary(report) + ", " + codec::string_at(json, {"agreement"}) +
         (report.partial ? ", partial" : "") + (gaps.empty() ? "" : "\n" + gaps);
}

TEST_CASE("a healthy group agrees") {
  RoleScene scene{.pods = {pod(2, "secondary"), pod(1, "secondary"), pod(0, "primary")}};
  scene.leads_to({scene.pods[2]}, {scene.pods[0], scene.pods[1]});
  CHECK(text_of(scene.report()) ==
        "sales-0 | unknown | primary | primary | yes | <unknown> | node-0 | uid-of-sales-0 | \n"
        "sales-1 | unknown | secondary | secondary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
        "sales-2 | unknown | secondary | secondary | yes | <unknown> | node-2 | uid-of-sales-2 | \n"
        "primary: sales-0, agree");
  CHECK(primary_pods(scene.report()) == std::vector<std::string>{"sales-0"});
  CHECK(secondary_pods(scene.report()) == std::vector<std::string>{"sales-1", "sales-2"});
}

TEST_CASE("pods stand in the order of their numbers, not of their letters") {
  RoleScene scene{.pods = {pod(10, "secondary"), pod(2, "secondary"), pod(0, "primary")}};
  scene.leads_to({scene.pods[2]}, {scene.pods[0], scene.pods[1]});
  scene.database["spec"]["replicas"] = 11;
  CHECK(text_of(scene.report()) ==
        "sales-0 | unknown | primary | primary | yes | <unknown> | node-0 | uid-of-sales-0 | \n"
        "sales-2 | unknown | secondary | secondary | yes | <unknown> | node-2 | uid-of-sales-2 | \n"
        "sales-10 | unknown | secondary | secondary | yes | <unknown> | node-10 | uid-of-sales-10 | \n"
        "primary: sales-0, unknown\n"
        "8 of 11 replicas are missing: sales-1, sales-3, sales-4, sales-5, sales-6, sales-7, sales-8 and sales-9");
}

TEST_CASE("a wanted replica without a pod is named, and nothing is agreed on without it") {
  RoleScene scene{.pods = {pod(0, "primary"), pod(1, "secondary")}};
  SUBCASE("the others are where their labels say") {
    scene.leads_to({scene.pods[0]}, {scene.pods[1]});
    CHECK(text_of(scene.report()) ==
          "sales-0 | unknown | primary | primary | yes | <unknown> | node-0 | uid-of-sales-0 | \n"
          "sales-1 | unknown | secondary | secondary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
          "primary: sales-0, unknown\n"
          "1 of 3 replicas is missing: sales-2");
    CHECK(to_json(scene.report()).at("replicasWanted") == 3);
  }
  SUBCASE("what contradicts weighs more") {
    scene.leads_to({scene.pods[1]}, {scene.pods[0]});
    CHECK(scene.report().agreement == Agreement::disagree);
  }
  SUBCASE("a pod that is going away is there, but agrees with nothing") {
    scene.pods.push_back(terminating(pod(2, "secondary")));
    scene.leads_to({scene.pods[0]}, {scene.pods[1]});
    CHECK(text_of(scene.report()).ends_with("primary: sales-0, unknown"));
  }
  SUBCASE("more than are wanted are no gap, nor is one that leaves") {
    scene.database["spec"]["replicas"] = 1;
    scene.leads_to({scene.pods[0]}, {scene.pods[1]});
    CHECK(text_of(scene.report()).ends_with("primary: sales-0, agree"));
    scene.pods[1] = terminating(pod(1, "secondary"));
    scene.leads_to({scene.pods[0]}, {});
    CHECK(text_of(scene.report()).ends_with("primary: sales-0, agree"));
  }
}

TEST_CASE("a label that is no role is shown as it is, remarked on, and agrees with nothing") {
  RoleScene scene{.pods = {pod(0, "Primary"), pod(1, "secondary"), pod(2, "primary")}};
  scene.leads_to({scene.pods[2]}, {scene.pods[1]});
  CHECK(text_of(scene.report()) ==
        "sales-0 | unknown | Primary | none | - | <unknown> | node-0 | uid-of-sales-0 | label \"Primary\" is no role: "
        "primary, secondary or arbiter\n"
        "sales-1 | unknown | secondary | secondary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
        "sales-2 | unknown | primary | primary | yes | <unknown> | node-2 | uid-of-sales-2 | \n"
        "primary: sales-2, unknown");
}

TEST_CASE("a pod that has failed or ended neither leads nor follows, whatever its label says") {
  RoleScene scene{.pods = {pod(0, "primary"), pod(1, "secondary"), pod(2, "secondary")}};
  scene.leads_to({}, {scene.pods[1], scene.pods[2]});
  SUBCASE("the primary") {
    scene.pods[0]["status"]["phase"] = "Failed";
    scene.pods[0]["status"]["reason"] = "Evicted";
    CHECK(text_of(scene.report()) ==
          "sales-0 | unknown | primary | none | - | <unknown> | node-0 | uid-of-sales-0 | has failed: Evicted\n"
          "sales-1 | unknown | secondary | secondary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
          "sales-2 | unknown | secondary | secondary | yes | <unknown> | node-2 | uid-of-sales-2 | \n"
          "no primary: sales-0 is labelled primary, but its phase is Failed, unknown");
    CHECK(primary_pods(scene.report()).empty());
  }
  SUBCASE("the primary, to which its Service still leads") {
    scene.leads_to({scene.pods[0]}, {scene.pods[1], scene.pods[2]});
    scene.pods[0]["status"]["phase"] = "Succeeded";
    CHECK(text_of(scene.report()) ==
          "sales-0 | unknown | primary | primary | no | <unknown> | node-0 | uid-of-sales-0 | has ended, a Service "
          "still leads to it\n"
          "sales-1 | unknown | secondary | secondary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
          "sales-2 | unknown | secondary | secondary | yes | <unknown> | node-2 | uid-of-sales-2 | \n"
          "no primary: sales-0 is labelled primary, but its phase is Succeeded, disagree");
  }
  SUBCASE("the primary, and another leads") {
    scene.pods[0]["status"]["phase"] = "Failed";
    scene.pods[1] = pod(1, "primary");
    scene.leads_to({scene.pods[1]}, {scene.pods[2]});
    CHECK(text_of(scene.report()).ends_with("primary: sales-1, unknown"));
  }
  SUBCASE("a secondary") {
    scene.leads_to({scene.pods[0]}, {scene.pods[1]});
    scene.pods[2]["status"]["phase"] = "Failed";
    CHECK(text_of(scene.report()).ends_with("has failed\nprimary: sales-0, unknown"));
    CHECK(secondary_pods(scene.report()) == std::vector<std::string>{"sales-1"});
  }
  SUBCASE("the one pod of a standalone instance") {
    scene = {.database = standalone_database(), .pods = {pod(0, "")}};
    scene.pods[0]["status"]["phase"] = "Failed";
    CHECK(role_summary(scene.report()) == "no primary: no live pod is labelled primary");
  }
}

TEST_CASE("a pod that is labelled primary and not ready leads by SQL Server's word alone") {
  RoleScene scene{.pods = {not_ready(pod(0, "primary")), pod(1, "secondary"), pod(2, "secondary")}};
  scene.leads_to({}, {scene.pods[1], scene.pods[2]});
  const std::string none = "no primary: sales-0 is labelled primary and not ready";
  SUBCASE("SQL Server was not asked") {
    CHECK(role_summary(scene.report()) == none);
    CHECK(scene.report().primary.empty());
    CHECK(to_json(scene.report()).at("primaryState") == "none");
  }
  SUBCASE("nobody has answered") {
    CHECK(role_summary(scene.asked({"", "", ""})) == none);
    CHECK(role_summary(scene.asked({})) == none);
  }
  SUBCASE("it says so itself") {
    CHECK(role_summary(scene.asked({"PRIMARY", "SECONDARY", "SECONDARY"})) == "primary: sales-0");
  }
  SUBCASE("another that is labelled so as well makes it ambiguous") {
    scene.pods[1] = pod(1, "primary");
    CHECK(role_summary(scene.report()) == "ambiguous: 2 pods are labelled primary: sales-0 and sales-1");
  }
  SUBCASE("one that has failed is told as well") {
    scene.pods[1] = pod(1, "primary");
    scene.pods[1]["status"]["phase"] = "Failed";
    CHECK(role_summary(scene.report()) == none + "; sales-1 is labelled primary, but its phase is Failed");
  }
}

TEST_CASE("what SQL Server was asked about and gave no answer to is not known to match") {
  RoleScene scene{.pods = {pod(0, "primary"), pod(1, "secondary"), pod(2, "secondary")}};
  scene.leads_to({scene.pods[0]}, {scene.pods[1]});
  const auto matches = [](const RoleReport& report) {
    std::string text;
    for (const std::vector<std::string>& row : role_rows(report, kNow)) text += row[4] + " ";
    return text + codec::string_at(to_json(report), {"agreement"});
  };
  CHECK(matches(scene.report()) == "yes yes no disagree");
  CHECK(matches(scene.asked({"", "", ""})) == "- - no disagree");
  CHECK(matches(scene.asked({"PRIMARY", ""})) == "yes - no disagree");
  CHECK(matches(scene.asked({})) == "- - no disagree");
  scene.leads_to({scene.pods[0]}, {scene.pods[1], scene.pods[2]});
  const RoleReport unasked = build_role_report(
      {.database = &scene.database, .pods = &scene.pods, .endpoint_slices = &scene.slices, .sql_asked = true});
  CHECK(matches(unasked) == "- - - unknown");
  CHECK(to_json(unasked).at("replicas").at(0).at("match").is_null());
  CHECK(matches(scene.asked({"PRIMARY", "SECONDARY", "SECONDARY"})) == "yes yes yes agree");
}

TEST_CASE("what speaks against the one pod that leads") {
  RoleScene scene{.pods = {pod(0, "primary"), pod(1, "secondary"), pod(2, "secondary")}};
  scene.leads_to({scene.pods[0]}, {scene.pods[1], scene.pods[2]});
  CHECK(primary_doubt(scene.report()).empty());
  SUBCASE("it is not ready") {
    scene.pods[0] = not_ready(scene.pods[0]);
    CHECK(primary_doubt(scene.asked({"PRIMARY"})) == "primary sales-0 is not ready");
  }
  SUBCASE("its SQL Server gave no answer, nor did any other") {
    CHECK(primary_doubt(scene.asked({"", "", ""})) ==
          "SQL Server gave no answer, sales-0 is the primary by its label alone");
  }
  SUBCASE("no Service leads to it") {
    scene.leads_to({}, {scene.pods[0]});
    CHECK(primary_doubt(scene.report()) == "no Service leads to primary sales-0 as the primary");
  }
  SUBCASE("both") {
    scene.pods[0] = not_ready(scene.pods[0]);
    scene.leads_to({}, {});
    CHECK(primary_doubt(scene.asked({"PRIMARY"})) ==
          "primary sales-0 is not ready; no Service leads to primary sales-0 as the primary");
  }
  SUBCASE("where the Services lead is not known") {
    CHECK(primary_doubt(build_role_report({.database = &scene.database, .pods = &scene.pods})).empty());
  }
  SUBCASE("nobody leads") {
    scene.pods[0] = pod(0, "");
    CHECK(primary_doubt(scene.report()).empty());
  }
}

TEST_CASE("a database that is being deleted says so, whatever its pods do") {
  RoleScene scene{.pods = {pod(0, "primary"), pod(1, "secondary"), pod(2, "secondary")}};
  scene.leads_to({scene.pods[0]}, {scene.pods[1], scene.pods[2]});
  scene.database["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:00Z";
  CHECK(role_gaps(scene.report()) == "the database is being deleted");
  CHECK(to_json(scene.report()).at("deleting") == true);
}

TEST_CASE("a pod without a label is starting or rejoining, the others lead on") {
  RoleScene scene{.pods = {not_ready(pod(0, "")), pod(1, "secondary"), pod(2, "primary")}};
  scene.leads_to({scene.pods[2]}, {scene.pods[1]});
  CHECK(text_of(scene.report()) ==
        "sales-0 | unknown | <none> | none | - | <unknown> | node-0 | uid-of-sales-0 | not ready; no role label: "
        "starting or rejoining\n"
        "sales-1 | unknown | secondary | secondary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
        "sales-2 | unknown | primary | primary | yes | <unknown> | node-2 | uid-of-sales-2 | \n"
        "primary: sales-2, unknown");
}

TEST_CASE("a group in which nobody is labelled has no primary") {
  RoleScene scene{.pods = {pod(0, ""), pod(1, ""), pod(2, "")}};
  scene.leads_to({}, {});
  CHECK(text_of(scene.report()) ==
        "sales-0 | unknown | <none> | none | - | <unknown> | node-0 | uid-of-sales-0 | no role label: starting or "
        "rejoining\n"
        "sales-1 | unknown | <none> | none | - | <unknown> | node-1 | uid-of-sales-1 | no role label: starting or "
        "rejoining\n"
        "sales-2 | unknown | <none> | none | - | <unknown> | node-2 | uid-of-sales-2 | no role label: starting or "
        "rejoining\n"
        "no primary: no live pod is labelled primary, unknown");
}

TEST_CASE("secondaries alone are no primary: the quorum is lost") {
  RoleScene scene{.pods = {pod(0, "secondary"), not_ready(pod(1, "")), not_ready(pod(2, ""))}};
  scene.leads_to({}, {scene.pods[0]});
  CHECK(scene.report().primary_state == PrimaryState::none);
  CHECK(scene.report().agreement == Agreement::unknown);
  CHECK(role_summary(scene.report()) == "no primary: no live pod is labelled primary");
}

TEST_CASE("two pods labelled primary are ambiguous, though each is where its label says") {
  RoleScene scene{.pods = {pod(0, "primary"), pod(1, "secondary"), pod(2, "primary")}};
  scene.leads_to({scene.pods[0], scene.pods[2]}, {scene.pods[1]});
  CHECK(text_of(scene.report()) ==
        "sales-0 | unknown | primary | primary | yes | <unknown> | node-0 | uid-of-sales-0 | \n"
        "sales-1 | unknown | secondary | secondary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
        "sales-2 | unknown | primary | primary | yes | <unknown> | node-2 | uid-of-sales-2 | \n"
        "ambiguous: 2 pods are labelled primary: sales-0 and sales-2, disagree");
  CHECK(scene.report().primary.empty());
}

TEST_CASE("a pod that is going away keeps its row, not its claim") {
  RoleScene scene{.pods = {terminating(pod(0, "primary")), pod(1, "secondary"), pod(2, "primary")}};
  SUBCASE("its Service has let go of it") {
    scene.leads_to({scene.pods[2]}, {scene.pods[1]});
    CHECK(text_of(scene.report()) ==
          "sales-0 | unknown | primary | none | - | <unknown> | node-0 | uid-of-sales-0 | terminating, its label is "
          "out of date\n"
          "sales-1 | unknown | secondary | secondary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
          "sales-2 | unknown | primary | primary | yes | <unknown> | node-2 | uid-of-sales-2 | \n"
          "primary: sales-2, unknown");
  }
  SUBCASE("its Service still leads to it") {
    scene.leads_to({scene.pods[0], scene.pods[2]}, {scene.pods[1]});
    CHECK(text_of(scene.report()) ==
          "sales-0 | unknown | primary | primary | no | <unknown> | node-0 | uid-of-sales-0 | terminating, its label "
          "is out of date\n"
          "sales-1 | unknown | secondary | secondary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
          "sales-2 | unknown | primary | primary | yes | <unknown> | node-2 | uid-of-sales-2 | \n"
          "primary: sales-2, disagree");
  }
  SUBCASE("nobody has taken over") {
    scene.pods = {terminating(pod(0, "primary")), terminating(pod(1, ""))};
    scene.leads_to({}, {});
    CHECK(text_of(scene.report()) ==
          "sales-0 | unknown | primary | none | - | <unknown> | node-0 | uid-of-sales-0 | terminating, its label is "
          "out of date\n"
          "sales-1 | unknown | <none> | none | - | <unknown> | node-1 | uid-of-sales-1 | terminating\n"
          "no primary: no live pod is labelled primary, unknown\n"
          "1 of 3 replicas is missing: sales-2");
    CHECK(primary_pods(scene.report()).empty());
  }
}

TEST_CASE("an arbiter stands last and neither leads nor follows") {
  RoleScene scene{.pods = {arbiter(), pod(1, "secondary"), pod(0, "primary")}};
  scene.database["spec"]["replicas"] = 2;
  scene.leads_to({scene.pods[2]}, {scene.pods[1]});
  CHECK(text_of(scene.report()) ==
        "sales-0 | unknown | primary | primary | yes | <unknown> | node-0 | uid-of-sales-0 | \n"
        "sales-1 | unknown | secondary | secondary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
        "sales-arbiter-0 | unknown | arbiter | none | - | <unknown> | node-0 | uid-of-sales-arbiter-0 | votes only, "
        "holds no data\n"
        "primary: sales-0, agree");
  CHECK(secondary_pods(scene.report()) == std::vector<std::string>{"sales-1"});
  scene.pods = {arbiter()};
  scene.leads_to({}, {});
  CHECK(role_summary(scene.report()) == "no primary: no live pod is labelled primary");
}

TEST_CASE("where the Services lead is told beside what the label says") {
  RoleScene scene{.pods = {pod(0, "primary"), pod(1, "secondary"), pod(2, "secondary")}};
  SUBCASE("the endpoints have changed places") {
    scene.leads_to({scene.pods[1]}, {scene.pods[0], scene.pods[2]});
    CHECK(text_of(scene.report()) ==
          "sales-0 | unknown | primary | secondary | no | <unknown> | node-0 | uid-of-sales-0 | label says primary, "
          "the Services say secondary\n"
          "sales-1 | unknown | secondary | primary | no | <unknown> | node-1 | uid-of-sales-1 | label says secondary, "
          "the Services say primary\n"
          "sales-2 | unknown | secondary | secondary | yes | <unknown> | node-2 | uid-of-sales-2 | \n"
          "primary: sales-0, disagree");
  }
  SUBCASE("no Service leads to the primary") {
    scene.leads_to({}, {scene.pods[1], scene.pods[2]});
    CHECK(text_of(scene.report()) ==
          "sales-0 | unknown | primary | none | no | <unknown> | node-0 | uid-of-sales-0 | label says primary, the "
          "Services say none\n"
          "sales-1 | unknown | secondary | secondary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
          "sales-2 | unknown | secondary | secondary | yes | <unknown> | node-2 | uid-of-sales-2 | \n"
          "primary: sales-0, disagree");
  }
  SUBCASE("both Services lead to one pod") {
    scene.leads_to({scene.pods[0]}, {scene.pods[0], scene.pods[1], scene.pods[2]});
    CHECK(scene.report().replicas[0].remarks == std::vector<std::string>{"both Services lead to it"});
    CHECK(scene.report().replicas[0].match == false);
    CHECK(scene.report().agreement == Agreement::disagree);
  }
  SUBCASE("a Service leads to a pod without a label") {
    scene.pods[2] = pod(2, "");
    scene.leads_to({scene.pods[0]}, {scene.pods[1], scene.pods[2]});
    CHECK(scene.report().replicas[2].remarks ==
          std::vector<std::string>{"no role label: starting or rejoining",
                                   "label says nothing, the Services say secondary"});
    CHECK(scene.report().agreement == Agreement::disagree);
  }
  SUBCASE("only ready endpoints count, and one that does not say is ready") {
    scene.leads_to({scene.pods[0], scene.pods[1]}, {scene.pods[1], scene.pods[2]});
    scene.slices[0]["endpoints"][1]["conditions"]["ready"] = false;
    scene.slices[1]["endpoints"][0].erase("conditions");
    scene.slices[1]["endpoints"][1]["targetRef"].erase("uid");
    CHECK(scene.report().agreement == Agreement::agree);
  }
}

TEST_CASE("a primary that is not ready is told with what its Service does") {
  RoleScene scene{.pods = {not_ready(pod(0, "primary")), not_ready(pod(1, "secondary")), pod(2, "secondary")}};
  const auto remarks = [&scene](std::size_t at) { return join(scene.report().replicas[at].remarks, "; "); };
  SUBCASE("no Service leads to it any more") {
    scene.leads_to({}, {scene.pods[2]});
    CHECK(remarks(0) == "not ready, no Service leads to it");
    CHECK(remarks(1) == "not ready");
    CHECK(scene.report().replicas[0].match == std::nullopt);
    CHECK(scene.report().agreement == Agreement::unknown);
  }
  SUBCASE("its Service has not noticed yet") {
    scene.leads_to({scene.pods[0]}, {scene.pods[1], scene.pods[2]});
    CHECK(remarks(0) == "not ready, a Service still leads to it");
    CHECK(remarks(1) == "not ready, a Service still leads to it");
    CHECK(scene.report().replicas[0].match == false);
    CHECK(scene.report().agreement == Agreement::disagree);
  }
  SUBCASE("nobody knows where the Services lead") {
    const RoleReport report = build_role_report({.database = &scene.database, .pods = &scene.pods});
    CHECK(join(report.replicas[0].remarks, "; ") == "not ready");
  }
}

TEST_CASE("a pod that was made again under its old name is another pod") {
  RoleScene scene{.pods = {pod(0, ""), pod(1, "secondary"), pod(2, "primary")}};
  scene.leads_to({scene.pods[0], scene.pods[2]}, {scene.pods[1]});
  scene.pods[0] = not_ready(scene.pods[0]);
  scene.pods[0]["metadata"]["uid"] = "another";
  CHECK(text_of(scene.report()) ==
        "sales-0 | unknown | <none> | none | - | <unknown> | node-0 | another | a Service still lists its predecessor "
        "of the same name; not ready; no role label: starting or rejoining\n"
        "sales-1 | unknown | secondary | secondary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
        "sales-2 | unknown | primary | primary | yes | <unknown> | node-2 | uid-of-sales-2 | \n"
        "primary: sales-2, unknown");
}

TEST_CASE("the one pod of a standalone instance leads, labelled or not") {
  RoleScene scene{.database = standalone_database(), .pods = {pod(0, "primary")}};
  SUBCASE("labelled") {
    scene.leads_to({scene.pods[0]}, {});
    CHECK(text_of(scene.report()) ==
          "sales-0 | unknown | primary | primary | yes | <unknown> | node-0 | uid-of-sales-0 | \n"
          "primary: sales-0, agree");
  }
  SUBCASE("not labelled yet") {
    scene.pods = {pod(0, "")};
    CHECK(text_of(scene.report()) ==
          "sales-0 | unknown | <none> | none | - | <unknown> | node-0 | uid-of-sales-0 | \n"
          "primary: sales-0, unknown");
    scene.pods = {not_ready(pod(0, ""))};
    CHECK(text_of(scene.report()) ==
          "sales-0 | unknown | <none> | none | - | <unknown> | node-0 | uid-of-sales-0 | not ready\n"
          "no primary: no live pod is labelled primary, unknown");
  }
  SUBCASE("going away") {
    scene.pods = {terminating(pod(0, "primary"))};
    CHECK(role_summary(scene.report()) == "no primary: no live pod is labelled primary");
  }
}

TEST_CASE("without pods there is no primary") {
  RoleScene scene;
  scene.leads_to({}, {});
  CHECK(text_of(scene.report()) == "no primary: there are no pods, unknown");
}

TEST_CASE("the local group of a distributed one is reported like any other") {
  RoleScene scene{.pods = {pod(0, "secondary"), pod(1, "primary"), not_ready(pod(2, ""))}};
  scene.database["spec"]["topology"] = test::yaml(
      "{mode: DistributedAG, distributedAG: {self: {role: Secondary, url: a}, remote: {name: orders, url: b}}}");
  scene.leads_to({scene.pods[1]}, {scene.pods[0]});
  CHECK(text_of(scene.report()) ==
        "sales-0 | unknown | secondary | secondary | yes | <unknown> | node-0 | uid-of-sales-0 | \n"
        "sales-1 | unknown | primary | primary | yes | <unknown> | node-1 | uid-of-sales-1 | \n"
        "sales-2 | unknown | <none> | none | - | <unknown> | node-2 | uid-of-sales-2 | not ready; no role label: "
        "starting or rejoining\n"
        "primary: sales-1, unknown");
}

TEST_CASE("pods and slices that belong to others are left out") {
  RoleScene scene{
      .pods = {pod(0, "primary"), pod_json("other", "sales", 1, "primary"), pod_json("demo", "orders", 0, "primary")}};
  Json not_of_mssql = pod(2, "primary");
  not_of_mssql["metadata"]["labels"]["app.kubernetes.io/name"] = "postgreses.kubedb.com";
  scene.pods.push_back(not_of_mssql);
  scene.database["spec"]["replicas"] = 1;
  scene.slices = {slice_json("demo", "sales", {scene.pods[0]}), slice_json("other", "sales-secondary", {scene.pods[0]}),
                  slice_json("demo", "sales-pods", {scene.pods[0]})};
  CHECK(text_of(scene.report()) ==
        "sales-0 | unknown | primary | primary | yes | <unknown> | node-0 | uid-of-sales-0 | \n"
        "primary: sales-0, agree");
}

TEST_CASE("why a pod does not run is among its remarks") {
  Json unscheduled = not_ready(pod(0, ""));
  unscheduled["spec"].erase("nodeName");
  unscheduled["status"]["conditions"].push_back(test::yaml(
      "{type: PodScheduled, status: 'False', reason: Unschedulable, message: 0/3 nodes have enough memory}"));
  Json without_image = not_ready(pod(1, "secondary"));
  without_image["status"]["containerStatuses"] =
      test::yaml("v: [{name: mssql, state: {waiting: {reason: ImagePullBackOff, message: no such image}}}]")["v"];
  Json evicted = not_ready(pod(2, "secondary"));
  evicted["status"]["phase"] = "Failed";
  evicted["status"]["reason"] = "Evicted";
  RoleScene scene{.pods = {unscheduled, without_image, evicted}};
  scene.leads_to({}, {});
  CHECK(text_of(scene.report()) ==
        "sales-0 | unknown | <none> | none | - | <unknown> | <none> | uid-of-sales-0 | cannot be scheduled: 0/3 nodes "
        "have enough memory; no role label: starting or rejoining\n"
        "sales-1 | unknown | secondary | none | - | <unknown> | node-1 | uid-of-sales-1 | mssql: ImagePullBackOff: no "
        "such image\n"
        "sales-2 | unknown | secondary | none | - | <unknown> | node-2 | uid-of-sales-2 | has failed: Evicted\n"
        "no primary: no live pod is labelled primary, unknown");
}

TEST_CASE("what could not be read makes the report partial, and nothing is claimed of it") {
  RoleScene scene{.pods = {pod(0, "primary"), pod(1, "secondary")}};
  const RoleReport report =
      build_role_report({.database = &scene.database, .pods = &scene.pods, .errors = {"EndpointSlices: forbidden"}});
  CHECK(text_of(report) ==
        "sales-0 | unknown | primary | unknown | - | <unknown> | node-0 | uid-of-sales-0 | \n"
        "sales-1 | unknown | secondary | unknown | - | <unknown> | node-1 | uid-of-sales-1 | \n"
        "primary: sales-0, unknown, partial\n"
        "1 of 3 replicas is missing: sales-2");
  CHECK(report.errors == std::vector<std::string>{"EndpointSlices: forbidden"});
}

TEST_CASE("since when a label stands is taken from a watch, else from who last wrote it") {
  RoleScene scene{.pods = {pod(0, "primary"), pod(1, "secondary"), pod(2, "")}};
  scene.leads_to({scene.pods[0]}, {scene.pods[1]});
  for (Json& one : scene.pods) {
    one["metadata"]["managedFields"] = test::yaml(R"(v:
- {manager: kubelet, time: "2026-01-02T03:04:04Z", fieldsV1: {"f:status": {}}}
- {manager: coordinator, time: "2026-01-02T03:00:05Z",
   fieldsV1: {"f:metadata": {"f:labels": {"f:kubedb.com/role": {}}}}})")["v"];
  }
  const auto since = [&](const RoleMemory* memory, std::size_t at) {
    const RoleReport report = scene.report(memory);
    return role_rows(report, kNow)[at][5] + " " + report.replicas[at].since_source.value_or("-");
  };
  CHECK(since(nullptr, 0) == "4m managedFields");
  CHECK(since(nullptr, 2) == "<unknown> -");  // It has no label.

  RoleMemory memory;
  memory.observe(scene.pods, kNow - std::chrono::minutes(2));
  CHECK(since(&memory, 0) == "4m managedFields");  // As it was when we began to look.
  scene.pods[0]["metadata"]["labels"]["kubedb.com/role"] = "secondary";
  memory.observe(scene.pods, kNow - std::chrono::seconds(30));
  memory.observe(scene.pods, kNow - std::chrono::seconds(10));
  CHECK(since(&memory, 0) == "30s watch");
  CHECK(since(&memory, 1) == "4m managedFields");
}

TEST_CASE("the memory of labels knows pods by their uid and forgets those that are gone") {
  RoleMemory memory;
  memory.observe({pod(0, "primary"), pod(1, "secondary")}, kNow);
  Json again = pod(0, "");
  again["metadata"]["uid"] = "another";
  memory.observe({again, pod(1, "secondary")}, kNow + std::chrono::seconds(5));
  REQUIRE(memory.by_uid.size() == 2);
  CHECK(memory.by_uid.at("another").changed == kNow + std::chrono::seconds(5));
  CHECK(memory.by_uid.at("uid-of-sales-1").changed == std::nullopt);
}

TEST_CASE("the report as JSON has every field, null for what is not known") {
  RoleScene scene{.pods = {pod(0, "primary"), terminating(pod(1, ""))}};
  scene.pods[1]["spec"].erase("nodeName");
  scene.leads_to({scene.pods[0]}, {});
  scene.pods[0]["metadata"]["managedFields"] = test::yaml(
      R"(v: [{time: "2026-01-02T03:00:05Z", fieldsV1: {"f:metadata": {"f:labels": {"f:kubedb.com/role": {}}}}}])")["v"];
  CHECK(
      codec::compact_json(to_json(scene.report())) ==
      R"({"apiVersion":"kubectl-dba/v1","kind":"RoleReport","database":{"namespace":"demo","name":"sales"},)"
      R"("source":"kubernetes","phase":"Ready","deleting":false,"primary":"sales-0","primaryState":"one","twoPrimariesProven":false,)"
      R"("agreement":"unknown","replicasWanted":3,"replicas":[)"
      R"({"pod":"sales-0","uid":"uid-of-sales-0","sqlRole":null,"sqlError":null,"labelRole":"primary","endpoint":"primary",)"
      R"("match":true,"since":"2026-01-02T03:00:05Z","sinceSource":"managedFields","node":"node-0",)"
      R"("terminating":false,"remarks":[]},)"
      R"({"pod":"sales-1","uid":"uid-of-sales-1","sqlRole":null,"sqlError":null,"labelRole":null,"endpoint":"none","match":null,)"
      R"("since":null,"sinceSource":null,"node":null,"terminating":true,"remarks":["terminating"]}],)"
      R"("partial":false,"errors":[]})");
}

TEST_CASE("a row has a cell for every column") {
  RoleScene scene{.pods = {pod(0, "primary")}};
  std::vector<std::string> headers;
  for (const TableColumn& column : role_columns()) headers.emplace_back(column.header);
  CHECK(join(headers, " ") == "POD SQL LABEL ENDPOINT MATCH SINCE NODE UID REMARKS");
  CHECK(role_rows(scene.report(), kNow).at(0).size() == headers.size());
}

}  // namespace
}  // namespace dba::mssql
