// Rules on topology, replicas, databases, leader election and distributed groups.

#include "rules_table.hpp"

namespace dba::mssql::rules_test {
namespace {

TEST_CASE("rules on topology and replicas") {
  check_rows(standalone(),
             {
                 {"standalone without replicas", [](Json& o) { o["spec"].erase("replicas"); }, ""},
                 {"standalone with three", [](Json& o) { o["spec"]["replicas"] = 3; },
                  "error spec.replicas (--replicas): is 3, a standalone instance has exactly 1; more need --topology "
                  "availability-group"},
                 {"standalone with none", [](Json& o) { o["spec"]["replicas"] = 0; },
                  "error spec.replicas (--replicas): is 0, a standalone instance has exactly 1; more need --topology "
                  "availability-group"},
             });
  check_rows(
      good(),
      {
          {"no mode", [](Json& o) { o["spec"]["topology"].erase("mode"); },
           "error spec.topology.mode (--topology): is required when there is a topology"},
          {"unknown mode", [](Json& o) { o["spec"]["topology"]["mode"] = "Foo"; },
           "error spec.topology.mode (--topology): \"Foo\" is not one of AvailabilityGroup, DistributedAG"},
          {"no replicas", [](Json& o) { o["spec"].erase("replicas"); },
           "error spec.replicas (--replicas): is required in a group and must be 1 to 9"},
          {"no replica", [](Json& o) { o["spec"]["replicas"] = 0; },
           "error spec.replicas (--replicas): is required in a group and must be 1 to 9"},
          {"ten replicas", [](Json& o) { o["spec"]["replicas"] = 10; },
           "error spec.replicas (--replicas): is 10, an availability group has at most 9 replicas"},
          {"five replicas", [](Json& o) { o["spec"]["replicas"] = 5; }, ""},
          {"nine replicas", [](Json& o) { o["spec"]["replicas"] = 9; },
           "warning spec.replicas (--replicas): is 9, SQL Server commits synchronously on at most 5 replicas, and "
           "KubeDB "
           "makes every replica a synchronous one"},
          {"one replica", [](Json& o) { o["spec"]["replicas"] = 1; },
           "warning spec.replicas (--replicas): is 1, a group of one replica has nobody to fail over to"},
          {"two replicas get an arbiter", [](Json& o) { o["spec"]["replicas"] = 2; }, ""},
          {"four replicas get an arbiter", [](Json& o) { o["spec"]["replicas"] = 4; }, ""},
          {"distributed block without the mode",
           [](Json& o) { o["spec"]["topology"]["distributedAG"] = distributed()["spec"]["topology"]["distributedAG"]; },
           "error spec.topology.distributedAG (--topology): has no effect unless the mode is DistributedAG (--topology "
           "distributed-ag)"},
      });
  check_rows(
      distributed(),
      {
          {"two replicas", [](Json& o) { o["spec"]["replicas"] = 2; },
           "warning spec.replicas (--replicas): is 2 in a distributed group, which gets no arbiter: when one "
           "replica is gone the other cannot be elected"},
          {"four replicas", [](Json& o) { o["spec"]["replicas"] = 4; },
           "warning spec.replicas (--replicas): is 4 in a distributed group, which gets no arbiter: it survives no "
           "more losses than 3 replicas do"},
      });
}

TEST_CASE("rules on the databases of a group") {
  check_rows(good(),
             {
                 {"none", [](Json& o) { ag(o).erase("databases"); },
                  "warning " + kDatabases + ": is empty, nothing is protected until databases are added to the group"},
                 {"empty name", [](Json& o) { ag(o)["databases"] = {" "}; }, "error " + kDatabases + ": an empty name"},
                 {"128 characters of several bytes",
                  [](Json& o) {
                    ag(o)["databases"] = {std::string(64, 'a') + [] {
                      std::string text;
                      for (int i = 0; i < 64; ++i) text += "ü";
                      return text;
                    }()};
                  },
                  ""},
                 {"129 characters", [](Json& o) { ag(o)["databases"] = {std::string(129, 'a')}; },
                  "error " + kDatabases + ": \"aaaaaaaaaaaaaaaaaaaa…\" has 129 characters, at most 128 are allowed"},
                 {"129 characters of several bytes",
                  [](Json& o) {
                    std::string text;
                    for (int i = 0; i < 129; ++i) text += "€";
                    ag(o)["databases"] = {text};
                  },
                  "error " + kDatabases + ": \"€€€€€€€€€€€€€€€€€€€€…\" has 129 characters, at most 128 are allowed"},
                 {"bracket", [](Json& o) { ag(o)["databases"] = {"a]b"}; },
                  "error " + kDatabases + ": \"a]b\" has a \"]\", which cannot be quoted safely"},
                 {"control character", [](Json& o) { ag(o)["databases"] = {"a\x1b"}; },
                  "error " + kDatabases + ": \"a^[\" has a control character"},
                 {"control character of two bytes", [](Json& o) { ag(o)["databases"] = {"a\xc2\x85"}; },
                  "error " + kDatabases + ": \"a\\u0085\" has a control character"},
                 {"system database", [](Json& o) { ag(o)["databases"] = {"Master"}; },
                  "error " + kDatabases + ": \"Master\" is the name of a system database"},
                 {"KubeDB's own database", [](Json& o) { ag(o)["databases"] = {"kubedb_system"}; },
                  "error " + kDatabases + ": \"kubedb_system\" is the name of a system database"},
                 {"twice",
                  [](Json& o) {
                    ag(o)["databases"] = {"a", "a"};
                  },
                  "error " + kDatabases + ": \"a\" is given twice"},
                 {"equal but for case",
                  [](Json& o) {
                    ag(o)["databases"] = {"Sales", "sales"};
                  },
                  "error " + kDatabases + ": \"Sales\" and \"sales\" differ only in case"},
                 {"not texts", [](Json& o) { ag(o)["databases"] = {1}; },
                  "error spec.topology.availabilityGroup.databases[0] (--databases): is an integer, must be a string: "
                  "put it in "
                  "quotes\nwarning " +
                      kDatabases + ": is empty, nothing is protected until databases are added to the group"},
             });
}

TEST_CASE("rules on leader election") {
  const auto block = [](const char* text) { return [text](Json& o) { ag(o)["leaderElection"] = yaml(text); }; };
  check_rows(
      good(),
      {
          {"complete",
           block("{period: 300ms, electionTick: 10, heartbeatTick: 1, transferLeadershipInterval: 1s, "
                 "transferLeadershipTimeout: 60s}"),
           ""},
          {"election not after heartbeat", block("{period: 1s, electionTick: 3, heartbeatTick: 3}"),
           "error " + kElection +
               ".electionTick (--election-tick): is 3, must be more than heartbeatTick, "
               "which is 3"},
          {"heartbeat alone against the default", block("{period: 1s, heartbeatTick: 10}"),
           "error " + kElection +
               ".electionTick (--election-tick): is 10, must be more than "
               "heartbeatTick, which is 10"},
          {"no heartbeat", block("{period: 1s, heartbeatTick: 0}"),
           "error " + kElection + ".heartbeatTick (--heartbeat-tick): is 0, must be 1 or more"},
          {"bad duration", block("{period: 300}"),
           "error " + kElection +
               ".period (--leader-election-period): is an integer, must be a string: put it in quotes\n"
               "error " +
               kElection + ".period (--leader-election-period): \"\" is no duration such as 300ms or 1m"},
          {"negative duration", block("{period: -1s}"),
           "error " + kElection + ".period (--leader-election-period): \"-1s\" is no duration such as 300ms or 1m"},
          {"durations of a transfer",
           block("{period: 300ms, transferLeadershipInterval: 1 s, transferLeadershipTimeout: 0s}"),
           "error " + kElection +
               ".transferLeadershipInterval (--transfer-leadership-interval): \"1 s\" is no duration such as 300ms or "
               "1m\nerror " +
               kElection +
               ".transferLeadershipTimeout (--transfer-leadership-timeout): \"0s\" is no duration such as 300ms or 1m"},
          {"no period", block("{electionTick: 10}"),
           "warning " + kElection +
               ".period (--leader-election-period): is absent from a leaderElection "
               "block, the server then takes 100ms instead of 300ms"},
      });
}

TEST_CASE("rules on distributed groups") {
  const std::string path = "spec.topology.distributedAG";
  check_rows(
      distributed(),
      {
          {"no block", [](Json& o) { o["spec"]["topology"].erase("distributedAG"); },
           "error " + path +
               " (--dag-role, --dag-url, --dag-remote-name, --dag-remote-url): is required when the mode is "
               "DistributedAG, "
               "the server would not say so"},
          {"empty block", [](Json& o) { dag(o) = yaml("{self: {}, remote: {}}"); },
           "error " + path + ".self.url (--dag-url): is required in a distributed group\nerror " + path +
               ".remote.url (--dag-remote-url): is required in a distributed group\nerror " + path +
               ".remote.name (--dag-remote-name): is required in a distributed group\nerror " + path +
               ".self.role (--dag-role): is required in a distributed group"},
          {"same url", [](Json& o) { dag(o)["remote"]["url"] = "10.0.0.1"; },
           "error " + path + ".remote.url (--dag-remote-url): is the same as self.url"},
          {"url with a scheme", [](Json& o) { dag(o)["self"]["url"] = "tcp://h"; },
           "error " + path + ".self.url (--dag-url): \"tcp://h\" is not HOST or HOST:PORT"},
          {"url with a space", [](Json& o) { dag(o)["remote"]["url"] = "h 1"; },
           "error " + path + ".remote.url (--dag-remote-url): \"h 1\" is not HOST or HOST:PORT"},
          {"remote url with another port", [](Json& o) { dag(o)["remote"]["url"] = "h:5023"; },
           "warning " + path +
               ".remote.url (--dag-remote-url): \"h:5023\" names another port than 5022, on which the groups talk to "
               "each other"},
          {"url with the right port", [](Json& o) { dag(o)["self"]["url"] = "h:5022"; }, ""},
          {"url with another port", [](Json& o) { dag(o)["self"]["url"] = "h:1433"; },
           "warning " + path +
               ".self.url (--dag-url): \"h:1433\" names another port than 5022, on which the groups talk to each "
               "other"},
          {"IPv6", [](Json& o) { dag(o)["self"]["url"] = "fd00::1"; }, ""},
          {"remote with a hyphen", [](Json& o) { dag(o)["remote"]["name"] = "ag-two"; },
           "warning " + path +
               ".remote.name (--dag-remote-name): \"ag-two\" is no group KubeDB makes: the group of a database named "
               "so is "
               "called \"agtwo\""},
          {"remote is itself", [](Json& o) { dag(o)["remote"]["name"] = "sales"; },
           "error " + path + ".remote.name (--dag-remote-name): \"sales\" is this database's own group"},
          {"unknown role", [](Json& o) { dag(o)["self"]["role"] = "Third"; },
           "error " + path + ".self.role (--dag-role): \"Third\" is not one of Primary, Secondary"},
          {"primary without databases", [](Json& o) { ag(o)["databases"] = Json::array(); },
           "error " + kDatabases + ": is empty, the primary of a distributed group needs at least one database"},
          {"secondary with databases and without secrets", [](Json& o) { dag(o)["self"]["role"] = "Secondary"; },
           "error " + kDatabases +
               ": must be empty for the secondary of a distributed group, it gets them from the primary\n"
               "error spec.topology.availabilityGroup.loginSecretName (--login-secret): is required for the secondary "
               "of a "
               "distributed group, which shares the primary's secret\n"
               "error spec.topology.availabilityGroup.masterKeySecretName (--master-key-secret): is required for the "
               "secondary of a distributed group, which shares the primary's secret\n"
               "error spec.topology.availabilityGroup.endpointCertSecretName (--endpoint-cert-secret): is required for "
               "the "
               "secondary of a distributed group, which shares the primary's secret"},
      });
}

}  // namespace
}  // namespace dba::mssql::rules_test
