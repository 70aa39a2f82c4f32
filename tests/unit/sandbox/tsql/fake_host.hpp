#pragma once
// A server around the engine under test: databases in a store, views from tables, everything answered as text.

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "support/patient_clock.hpp"
#include "tsql/engine.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::test {

namespace sql = sandbox::sqlserver;

class FakeHost final : public sql::Host {
 public:
  explicit FakeHost(sql::Store& store) : store_(store) {
    for (const std::string& name : databases_) store_.create(name);
  }

  std::optional<sql::Value> server_property(std::string_view name) const override {
    const auto found = properties.find(to_lower(name));
    return found == properties.end() ? std::nullopt : std::optional(found->second);
  }
  std::optional<sql::Table> system_view(std::string_view name, std::string_view) const override {
    const auto found = views.find(std::string(name));
    return found == views.end() ? std::nullopt : std::optional(found->second);
  }
  std::vector<std::string> system_views() const override {
    std::vector<std::string> names;
    for (const auto& [name, table] : views) names.push_back(name);
    return names;
  }
  std::vector<std::string> databases() const override { return databases_; }
  std::optional<sql::Message> refusal(std::string_view database, sql::Access access, bool intent) const override {
    const std::string key =
        std::string(database) + (access == sql::Access::write ? " write" : " read") + (intent ? " intent" : "");
    const auto found = refusals.find(key);
    return found == refusals.end() ? std::nullopt : std::optional(found->second);
  }
  sql::CommitOutcome commit(std::string_view database, std::vector<sql::LogStatement> statements,
                            const std::stop_token&) override {
    const std::scoped_lock lock(mutex_);
    if (next_commit.failure || next_commit.unknown) return std::exchange(next_commit, {});
    store_.redo(database, statements);
    log.emplace_back(database, std::move(statements));
    return {};
  }
  std::optional<bool> is_primary(std::string_view database) const override {
    return database == "agdb1" ? std::optional(true) : std::nullopt;
  }
  std::optional<sql::Message> create_database(std::string_view name) override {
    databases_.emplace_back(name);
    store_.create(name);
    return {};
  }
  std::optional<sql::Message> drop_database(std::string_view name) override {
    std::erase_if(databases_, [&](const std::string& one) { return to_lower(one) == to_lower(name); });
    store_.drop(name);
    return {};
  }

  std::map<std::string, sql::Value> properties{{"servername", std::string("sales-0")},
                                               {"version", std::string("Microsoft SQL Server 2022")},
                                               {"productmajorversion", std::string("16")},
                                               {"ishadrenabled", std::int64_t{1}}};
  std::map<std::string, sql::Table> views{};
  std::map<std::string, sql::Message> refusals{};  ///< "agdb1 write" → why not
  sql::CommitOutcome next_commit{};
  std::vector<std::pair<std::string, std::vector<sql::LogStatement>>> log{};

 private:
  sql::Store& store_;
  std::mutex mutex_{};
  std::vector<std::string> databases_{"master", "tempdb", "model", "msdb", "agdb1", "agdb2"};
};

/// "1", "abc", "NULL", "0x0A".
inline std::string shown(const sql::Value& value, const sql::Type& type) {
  if (std::holds_alternative<std::int64_t>(value)) return fmt::format("{}", std::get<std::int64_t>(value));
  if (std::holds_alternative<double>(value)) return fmt::format("{}", std::get<double>(value));
  if (std::holds_alternative<std::monostate>(value)) return "NULL";
  const std::string& text = std::get<std::string>(value);
  return sql::tsql::is_bytes(type) ? "0x" + sql::tsql::hex_text(text) : text;
}

/// Everything a batch answers, a line each.
class Transcript final : public sql::ResultSink {
 public:
  bool columns(const std::vector<sql::Column>& columns) override {
    columns_ = columns;
    std::string line = "[";
    for (const sql::Column& column : columns) {
      line += fmt::format("{}{} {}{}", line.size() > 1 ? ", " : "", column.name.empty() ? "-" : column.name,
                          sql::tsql::format_type(column.type), column.nullable ? "" : " not null");
    }
    lines.push_back(line + "]");
    return true;
  }
  bool row(const std::vector<sql::Value>& row) override {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) line += (i == 0 ? "" : "|") + shown(row[i], columns_[i].type);
    lines.push_back(line);
    return true;
  }
  bool done(std::optional<std::int64_t> count, bool failed) override {
    if (failed) {
      lines.emplace_back("failed");
    } else if (count) {
      lines.push_back(fmt::format("({})", *count));
    }
    return true;
  }
  bool message(const sql::Message& message) override {
    lines.push_back(message.severity > 10 ? fmt::format("Msg {}, Level {}, State {}, Line {}: {}", message.number,
                                                        message.severity, message.state, message.line, message.text)
                                          : fmt::format("told {}: {}", message.number, message.text));
    return true;
  }
  bool output(const sql::Parameter& parameter) override {
    lines.push_back(fmt::format("{} = {}", parameter.name, shown(parameter.value, parameter.type)));
    return true;
  }
  bool database_changed(const std::string& name) override {
    lines.push_back("database " + name);
    return true;
  }
  bool transaction(Transaction what, std::uint64_t) override {
    lines.emplace_back(what == Transaction::begun       ? "begun"
                       : what == Transaction::committed ? "committed"
                                                        : "rolled back");
    return true;
  }

  std::vector<std::string> lines{};

 private:
  std::vector<sql::Column> columns_{};
};

/// A server with sessions; what they answer as text.
struct Bench {
  PatientClock clock{};
  sql::Store store{clock};
  FakeHost host{store};
  int last_spid = 50;
  std::unique_ptr<sql::Session> first = session();

  std::unique_ptr<sql::Session> session(const std::string& database = "agdb1",
                                        std::shared_ptr<sql::SessionRecord>* kept = nullptr) {
    auto record =
        std::make_shared<sql::SessionRecord>(++last_spid, sql::LoginRequest{"sa", "", database, "test", "here", false});
    if (kept != nullptr) *kept = record;
    return sql::make_session(host, store, clock, record);
  }

  std::string run(sql::Session& session, const sql::Request& request, const std::stop_token& cancel = {}) {
    Transcript transcript;
    session.run(request, transcript, cancel);
    return dba::join(transcript.lines, "\n");
  }
  std::string run(sql::Session& session, const std::string& batch) { return run(session, sql::Request{batch, {}}); }
  std::string run(const std::string& batch) { return run(*first, batch); }

  /// The one value a SELECT answers, with its type: "int 3".
  std::string value(const std::string& expression) {
    Transcript transcript;
    first->run({"SELECT " + expression, {}}, transcript, {});
    if (transcript.lines.size() != 3) return dba::join(transcript.lines, "\n");
    std::string type = transcript.lines[0].substr(3, transcript.lines[0].size() - 4);
    if (type.ends_with(" not null")) type.resize(type.size() - 9);
    return type + " " + transcript.lines[1];
  }
};

}  // namespace dba::test
