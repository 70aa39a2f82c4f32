#pragma once
// A group of SQL Servers in virtual time, with stores that only remember which statements they were given.

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sql/group/group_state.hpp"

namespace dba::test {

using namespace sandbox::sqlserver;
using namespace std::chrono_literals;

struct GroupWorld {
  group::Time now{std::chrono::hours(1)};
  group::GroupState state;
  std::map<int, std::map<std::string, std::vector<std::string>>> stores{};
  std::vector<std::string> news{};
  std::uint64_t sequence = 0;

  explicit GroupWorld(group::Settings settings = {.replicas = 3, .databases = {"agdb1"}}) : state(settings) {
    for (int ordinal = 0; ordinal < settings.replicas; ++ordinal) start(ordinal);
    promote(0);
    for (int ordinal = 1; ordinal < settings.replicas; ++ordinal) follow(ordinal);
    pass(1s);
  }

  static std::string disk(int ordinal) { return fmt::format("disk {}", ordinal); }
  void start(int ordinal) { start(ordinal, disk(ordinal)); }
  void start(int ordinal, const std::string& volume) { state.started(ordinal, volume, now), carry_out(); }
  void stop(int ordinal, bool abruptly = false) { state.ended(ordinal, abruptly, now), carry_out(); }
  void promote(int ordinal) { state.set_role(ordinal, group::Role::primary, ++sequence, now), carry_out(); }
  void follow(int ordinal) { state.set_role(ordinal, group::Role::secondary, sequence, now), carry_out(); }
  void pass(std::chrono::nanoseconds span) { now += span, state.advance(now), carry_out(); }

  std::shared_ptr<group::Record> write(int ordinal, const std::string& text, bool kept_back = false,
                                       const std::string& database = "agdb1") {
    auto statements = std::make_shared<const std::vector<LogStatement>>(std::vector<LogStatement>{{.sql = text}});
    return state.append(ordinal, database, std::move(statements), kept_back, now);
  }
  /// Writes and waits, as a session does; how long the commit took.
  std::chrono::nanoseconds commit(int ordinal, const std::string& text, bool kept_back = false) {
    const group::Time began = now;
    const auto record = write(ordinal, text, kept_back);
    while (record->fate == group::Fate::pending) {
      const group::Time next = state.next_event();
      if (next == group::kNever) throw std::runtime_error("a commit that nothing will ever end");
      pass(next - now);
    }
    return now - began;
  }

  void carry_out() {
    using Kind = group::StoreAction::Kind;
    for (const auto& action : state.take_store_actions()) {
      auto& store = stores[action.replica];
      if (action.kind == Kind::create) store[action.database];
      if (action.kind == Kind::apply) store[action.database].push_back(action.statements->front().sql);
      if (action.kind == Kind::copy) store[action.database] = stores[action.from][action.database];
      if (action.kind == Kind::wipe) store.clear();
    }
    for (const auto& one : state.take_news()) {
      const bool lost = one.kind == group::News::Kind::lost_write;
      news.push_back(lost ? fmt::format("{} lost {} of {}", one.replica, one.count, one.database)
                          : fmt::format("{} {}", one.replica,
                                        one.kind == group::News::Kind::recovering ? "recovering" : "recovered"));
    }
  }

  const group::DatabaseCopy& copy(int ordinal) const { return state.find(ordinal)->databases.at("agdb1"); }
  std::vector<std::string> rows(int ordinal) { return stores[ordinal]["agdb1"]; }
};

}  // namespace dba::test
