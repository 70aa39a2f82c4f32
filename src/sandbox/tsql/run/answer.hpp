#pragma once
// The sink of a batch as statements use it: hands rows and messages on, and stops everything when nobody listens.

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "tds/session.hpp"

namespace dba::sandbox::sqlserver::tsql {

/// Nobody waits for the answer any more: cancelled, disconnected or killed.
struct Abandoned {};

class Answer {
 public:
  /// @param cancel  attention of the client
  /// @param killed  of the session
  Answer(ResultSink& sink, std::stop_token cancel, std::stop_token killed)
      : sink_(sink),
        on_cancel_(std::move(cancel), [this] { stop_.request_stop(); }),
        on_kill_(std::move(killed), [this] { stop_.request_stop(); }) {}

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
  std::stop_source stop_{};
  std::stop_token stop_token_ = stop_.get_token();
  std::stop_callback<std::function<void()>> on_cancel_, on_kill_;
  std::vector<std::vector<Value>>* capture_ = nullptr;
};

}  // namespace dba::sandbox::sqlserver::tsql
