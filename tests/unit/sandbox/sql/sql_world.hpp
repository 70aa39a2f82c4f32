#pragma once
// The SQL Servers of one database in a world of their own: objects in a map, coordinators played by the test.

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"

#include "sql/server/server_process.hpp"
#include "sql/servers.hpp"
#include "sql/sqlcmd/sqlcmd.hpp"
#include "world/world.hpp"

namespace dba::test {

using namespace sandbox;
using namespace sandbox::sqlserver;
using namespace std::chrono_literals;

struct Ran {
  int code = 0;
  std::string out{}, err{};
};

struct SqlWorld {
  world::World world{platform::system_clock(), 1, 20};
  std::map<std::tuple<std::string, std::string>, Json> objects{};
  std::mutex mutex{};
  std::unique_ptr<SqlServers> servers{};
  std::uint64_t sequence = 0;
  int pods = 0;

  SqlWorld() {
    put("MSSQLServer", database("sales", 3, "All"));
    put("Secret", {{"metadata", {{"name", "sales-auth"}, {"namespace", "demo"}}},
                   {"data", {{"username", base64_encode("sa")}, {"password", base64_encode("secret")}}}});
    for (int ordinal = 0; ordinal < 3; ++ordinal) make_disk(ordinal, fmt::format("disk-{}", ordinal));
    servers = std::make_unique<SqlServers>(world, [this](const kube::ResourceType& type, const std::string&,
                                                         const std::string& name) { return find(type.kind, name); });
    for (int ordinal = 0; ordinal < 3; ++ordinal) start(ordinal);
    promote(0);
    follow(1), follow(2);
  }

  static Json database(const std::string& name, int replicas, const std::string& access) {
    return {{"metadata", {{"name", name}, {"namespace", "demo"}, {"uid", "db"}}},
            {"spec",
             {{"version", "2022-cu12"},
              {"replicas", replicas},
              {"topology",
               {{"mode", "AvailabilityGroup"},
                {"availabilityGroup", {{"databases", {"agdb1", "agdb2"}}, {"secondaryAccessMode", access}}}}}}}};
  }
  void put(const std::string& kind, Json object) {
    const std::lock_guard lock(mutex);
    Json& place = objects[{kind, codec::name_of(object)}];
    place = std::move(object);
  }
  std::shared_ptr<const Json> find(std::string_view kind, const std::string& name) {
    const std::lock_guard lock(mutex);
    const auto found = objects.find({std::string(kind), name});
    return found == objects.end() ? nullptr : std::make_shared<const Json>(found->second);
  }
  void make_disk(int ordinal, const std::string& uid) {
    put("PersistentVolumeClaim", {{"metadata", {{"name", fmt::format("data-sales-{}", ordinal)}, {"uid", uid}}}});
  }

  std::map<int, MemberChange> members{};
  void tell(int ordinal) { servers->tell(members[ordinal]); }
  /// A new pod with a running SQL Server.
  void start(int ordinal) {
    members[ordinal] = {.ns = "demo",
                        .database = "sales",
                        .pod = fmt::format("sales-{}", ordinal),
                        .uid = fmt::format("uid-{}", pods++),
                        .ordinal = ordinal,
                        .role = "RESOLVING",
                        .running = true};
    tell(ordinal);
  }
  void stop(int ordinal, bool abruptly = false) {
    members[ordinal].running = false;
    members[ordinal].abruptly = abruptly;
    members[ordinal].role = "RESOLVING";
    tell(ordinal);
  }
  void take_role(int ordinal, const std::string& role) {
    members[ordinal].role = role;
    members[ordinal].sequence_number = sequence;
    tell(ordinal);
  }
  void promote(int ordinal) { ++sequence, take_role(ordinal, "PRIMARY"); }
  void follow(int ordinal) { take_role(ordinal, "SECONDARY"); }
  void freeze(int ordinal, bool on) { members[ordinal].frozen = on, tell(ordinal); }

  streaming::PodRef pod(int ordinal) { return {.ns = "demo", .pod = fmt::format("sales-{}", ordinal)}; }
  Ran sqlcmd(int ordinal, std::vector<std::string> options) {
    Ran ran;
    options.insert(options.begin(), {"sqlcmd", "-C", "-U", "sa", "-P", "secret", "-W", "-h", "-1"});
    ran.code = run_sqlcmd(*servers, {.pod = pod(ordinal),
                                     .argv = options,
                                     .read = [] { return std::nullopt; },
                                     .out = [&](std::string_view text) { ran.out += text; },
                                     .err = [&](std::string_view text) { ran.err += text; }});
    return ran;
  }
  std::string query(int ordinal, const std::string& sql) {
    return sqlcmd(ordinal, {"-Q", "SET NOCOUNT ON; " + sql}).out;
  }
  /// Asks until the answer is the one, or for 20 seconds.
  std::string query_until(int ordinal, const std::string& sql, const std::string& expected) {
    const auto end = std::chrono::steady_clock::now() + 20s;
    std::string answer = query(ordinal, sql);
    while (answer != expected && std::chrono::steady_clock::now() < end) {
      world.clock.sleep_until(world.clock.steady_now() + 5ms, {});
      answer = query(ordinal, sql);
    }
    return answer;
  }
  LoginAnswer login(int ordinal, const std::string& database, const std::string& password = "secret") {
    return servers->find_process(pod(ordinal))->login({.user = "sa", .password = password, .database = database});
  }
  std::vector<std::string> truths() {
    std::vector<std::string> lines;
    for (const auto& event : world.truth.events())
      lines.push_back(fmt::format("{} {}: {} {}", event.pod, event.what, event.detail, event.count));
    return lines;
  }
};

}  // namespace dba::test
