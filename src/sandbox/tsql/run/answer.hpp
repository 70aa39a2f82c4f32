#pragma once
// The sink of a batch as statements use it: hands rows and messages on, and stops everything when nobody listens.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "tds/session.hpp"
#include "tsql/either_stop.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// Nobody waits for the answer any more: cancelled, disconnected or killed.
struct Abandoned {};

class Answer {
 public:
  /// @param cancel  attention of the client
  /// @param killed  of the session
  Answer(ResultSink& sink, std::stop_token cancel, std::stop_token killed)
      : sink_(sink), stop_(std::move(cancel), std::move(killed)) {}

  // All throw Abandoned when nobody listens.
  void columns(const std::vector<Column>& columns) { check(capture_ != nullptr || sink_.columns(columns)); }
  void row(const std::vector<Value>& row) {
    if (capture_ != nullptr) {
      capture_->push_back(row);
    } else {
      check(sink_.row(row));
    }
  }
  void done(std::optional<std::int64_t> count, bool failed = false) {
    check(capture_ != nullptr || sink_.done(count, failed));
  }
  void message(const Message& message) { check(sink_.message(message)); }
  void database_changed(const std::string& name) { check(sink_.database_changed(name)); }
  void output(const Parameter& parameter) { check(sink_.output(parameter)); }
  void transaction(ResultSink::Transaction what, std::uint64_t descriptor) {
    check(sink_.transaction(what, descriptor));
  }

  bool abandoned() const { return stop_token_.stop_requested(); }
  void check_listening() const { check(true); }
  /// Requested by the client's cancel or the end of the session, whichever comes first.
  const std::stop_token& stop() const { return stop_token_; }

  /// While it is set, rows go there and results are not announced (INSERT … EXEC).
  void capture(std::vector<std::vector<Value>>* rows) { capture_ = rows; }

 private:
  void check(bool heard) const {
    if (!heard || abandoned()) throw Abandoned{};
  }

  ResultSink& sink_;
  EitherStop stop_;
  std::stop_token stop_token_ = stop_.token();
  std::vector<std::vector<Value>>* capture_ = nullptr;
};

}  // namespace dba::sandbox::sqlserver::tsql
