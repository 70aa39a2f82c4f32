#include "tds/response.hpp"

#include <algorithm>
#include <utility>

#include "dba/base/error.hpp"

#include "tds/packets.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

constexpr std::size_t kSentTogether = 32768;  ///< Bytes of packets; one by one they would cost a call each.
/// @source SQL Server ends the connection at this severity and above
constexpr int kFatalSeverity = 20;

}  // namespace

Response::Response(Channel& channel, Agreement& agreement, std::stop_token cancel)
    : channel_(channel), agreement_(agreement), cancel_(std::move(cancel)) {}

bool Response::wanted() const { return !gone_ && !fatal_ && !cancel_.stop_requested(); }

/// After every token.
bool Response::pass_on() {
  if (tokens_.size() >= kSentTogether) send_packets(false);
  return wanted();
}

bool Response::columns(const std::vector<Column>& columns) {
  if (!wanted()) return false;
  flush_done(true);
  columns_ = columns;
  has_columns_ = true;
  append_columns(tokens_, columns);
  return pass_on();
}

bool Response::row(const std::vector<Value>& row) {
  if (!wanted()) return false;
  try {
    append_row(tokens_, columns_, row, agreement_.short_rows);
  } catch (const Error& error) {
    // The client must not take what follows for something else than it is.
    return message({.number = 8630, .severity = kFatalSeverity, .text = "Internal error: " + error.info().message});
  }
  return pass_on();
}

bool Response::done(std::optional<std::int64_t> count, bool failed) {
  if (!wanted()) return false;
  flush_done(true);
  Done done;
  if (failed) done.status |= kDoneError;
  if (agreement_.in_transaction) done.status |= kDoneInTransaction;
  if (count) {
    done.status |= kDoneCount;
    done.rows = static_cast<std::uint64_t>(*count);
  }
  if (has_columns_) {
    done.command = Command::select;
  } else if (count) {
    done.command = Command::insert;
  }
  held_done_ = done;
  has_columns_ = false;
  failed_ = failed;
  return pass_on();
}

bool Response::message(const Message& message) {
  if (!wanted()) return false;
  flush_done(true);
  append_message(tokens_, message, agreement_.server_name);
  if (message.severity > 10) {
    last_error_ = message.number;
    failed_ = true;
  }
  if (message.severity >= kFatalSeverity) fatal_ = true;
  return pass_on();
}

bool Response::output(const Parameter& parameter) {
  if (!wanted()) return false;
  const auto found = std::find(parameter_names_.begin(), parameter_names_.end(), parameter.name);
  if (found != parameter_names_.end()) {
    return_value(parameter, static_cast<std::size_t>(found - parameter_names_.begin()));
  }
  return true;
}

bool Response::database_changed(const std::string& name) {
  if (!wanted()) return false;
  flush_done(true);
  append_change(tokens_, Change::database, name, agreement_.database);
  agreement_.database = name;
  return pass_on();
}

/// Told also to a client that does not listen to the rest: it has to know what its next request runs in.
bool Response::transaction(Transaction what, std::uint64_t descriptor) {
  agreement_.in_transaction = what == Transaction::begun;
  if (gone_) return false;
  flush_done(true);
  append_transaction_change(tokens_, what, descriptor);
  return pass_on();
}

void Response::reset_done() { append_reset(tokens_); }

void Response::begin_procedure() {
  in_procedure_ = true;
  parameter_names_.clear();
  return_values_.clear();
  failed_ = false;
  last_error_ = 0;
}

void Response::name_parameters(std::vector<std::string> names) { parameter_names_ = std::move(names); }

void Response::return_value(const Parameter& parameter, std::size_t ordinal) {
  append_return_value(return_values_, parameter, static_cast<std::uint16_t>(ordinal));
}

void Response::end_procedure(bool another_follows) {
  flush_done(true);
  if (!wanted()) return;
  append_return_status(tokens_, last_error_);
  tokens_ += return_values_;
  Done done{.command = Command::execute};
  if (failed_) done.status |= kDoneError;
  if (another_follows) done.status |= kDoneMore;
  append_done(tokens_, DoneKind::procedure, done);
  in_procedure_ = false;
  ended_ = !another_follows;
  pass_on();
}

void Response::flush_done(bool more) {
  if (!held_done_) return;
  if (more) held_done_->status |= kDoneMore;
  append_done(tokens_, in_procedure_ ? DoneKind::in_procedure : DoneKind::batch, *held_done_);
  held_done_.reset();
}

void Response::send_packets(bool last) {
  const std::size_t most = agreement_.packet_size - kPacketHeader;
  std::string out;
  std::size_t at = 0;
  for (; tokens_.size() - at > most; at += most) {
    out += packet(PacketType::response, std::string_view(tokens_).substr(at, most), false, agreement_.spid,
                  packet_number_++);
  }
  tokens_.erase(0, at);
  if (last) {
    out += packet(PacketType::response, tokens_, true, agreement_.spid, packet_number_);
    tokens_.clear();
  }
  if (!gone_ && !channel_.send(out)) gone_ = true;
}

void Response::finish(bool attention) {
  if (attention) {
    flush_done(true);
    append_done(tokens_, DoneKind::batch, {.status = kDoneAttention});
  } else if (held_done_) {
    flush_done(false);
  } else if (!ended_) {
    append_done(tokens_, DoneKind::batch, {.status = failed_ ? kDoneError : std::uint16_t{0}});
  }
  send_packets(true);
}

}  // namespace dba::sandbox::sqlserver::tds
