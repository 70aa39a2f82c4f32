#pragma once
// One response: what a session tells, as tokens in packets, sent on as soon as some packets are full.

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "tds/channel.hpp"
#include "tds/session.hpp"
#include "tds/tokens.hpp"

namespace dba::sandbox::sqlserver::tds {

/// What both sides have agreed on at the login, and what has changed since.
struct Agreement {
  std::string server_name{};
  std::size_t packet_size = 0;
  int spid = 0;
  bool short_rows = false;  ///< The client knows rows without their NULLs.
  std::string database{};
  bool in_transaction = false;
};

class Response : public ResultSink {
 public:
  /// @param cancel after it is requested nothing more is told, but for the end
  Response(Channel& channel, Agreement& agreement, std::stop_token cancel);

  bool columns(const std::vector<Column>& columns) override;
  bool row(const std::vector<Value>& row) override;
  bool done(std::optional<std::int64_t> count, bool failed) override;
  bool message(const Message& message) override;
  bool output(const Parameter& parameter) override;
  bool database_changed(const std::string& name) override;
  bool transaction(Transaction what, std::uint64_t descriptor) override;

  void reset_done();       ///< The session is as after its login.
  void begin_procedure();  ///< From here to end_procedure() it is a procedure that answers.
  void name_parameters(std::vector<std::string> names);  ///< Of the procedure, in order, as output() will call them.
  void return_value(const Parameter& parameter, std::size_t ordinal);
  void end_procedure(bool another_follows);

  /// Ends the response. @param attention as the answer to an attention
  void finish(bool attention);
  bool fatal() const { return fatal_; }  ///< Something was told that ends the connection.
  bool has_told(int number) const { return last_error_ == number; }

 private:
  bool wanted() const;
  bool pass_on();
  void flush_done(bool more);
  void send_packets(bool last);

  Channel& channel_;
  Agreement& agreement_;
  std::stop_token cancel_;
  std::string tokens_{};             ///< Not in a packet yet.
  std::optional<Done> held_done_{};  ///< Whether it is the last one shows only later.
  std::vector<Column> columns_{};
  bool has_columns_ = false;  ///< The statement that is not done yet gives rows.
  bool in_procedure_ = false;
  bool ended_ = false;  ///< The last procedure has said so.
  std::vector<std::string> parameter_names_{};
  std::string return_values_{};
  bool failed_ = false;
  int last_error_ = 0;
  bool fatal_ = false;
  bool gone_ = false;
  std::uint8_t packet_number_ = 1;
};

}  // namespace dba::sandbox::sqlserver::tds
