#include "tds/conversation.hpp"

#include <utility>

#include <fmt/format.h>

#include "tds/bytes.hpp"
#include "tds/login.hpp"
#include "tds/login_answer.hpp"
#include "tds/packets.hpp"
#include "tds/procedures.hpp"
#include "tds/request_queue.hpp"
#include "tds/requests.hpp"
#include "tds/response.hpp"
#include "tds/security.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

constexpr std::size_t kMostAfterLogin = 64U << 20U;

class Conversation {
 public:
  Conversation(Channel& channel, Agreement agreement, Session& session, MessageReader reader)
      : channel_(channel),
        agreement_(std::move(agreement)),
        session_(session),
        procedures_(session),
        queue_(channel, std::move(reader)) {}

  /// False: the client has gone by itself.
  bool run() {
    bool goes_on = true;
    while (goes_on && !queue_.over()) {
      if (auto message = queue_.next()) {
        goes_on = channel_.wait_until_thawed() && answer(*message);
      } else {
        goes_on = still_alive();
      }
    }
    return !goes_on;
  }

 private:
  /// False: the connection ends with this answer.
  bool answer(const Incoming& message) {
    Response response(channel_, agreement_, queue_.cancel());
    if (message.type == PacketType::attention) {
      response.finish(true);
      return true;
    }
    if (message.reset) reset(message.keep_transaction, response);
    try {
      carry_out(message, response);
    } catch (const Error&) {
      response.message({4002, 20, 1,
                        "The incoming tabular data stream (TDS) protocol stream is incorrect. "
                        "The stream ended unexpectedly."});
    }
    tell_killed(response);
    response.finish(queue_.take_attention());
    return !response.fatal() && !session_.killed();
  }

  void reset(bool keep_transaction, Response& response) {
    // A session has no way back that leaves its transaction alone.
    if (!keep_transaction || !agreement_.in_transaction) {
      session_.reset();
      procedures_.forget_all();
      agreement_.in_transaction = false;
    }
    response.reset_done();
  }

  void carry_out(const Incoming& message, Response& response) {
    switch (message.type) {
      case PacketType::batch:
        return session_.run({.batch = parse_batch(message.payload)}, response, queue_.cancel());
      case PacketType::procedure:
        return carry_out_calls(parse_calls(message.payload), response);
      case PacketType::transaction:
        return carry_out_transaction(parse_transaction(message.payload), response);
      case PacketType::response:
      case PacketType::attention:
      case PacketType::bulk:
      case PacketType::federated:
      case PacketType::login:
      case PacketType::integrated:
      case PacketType::prelogin:
        break;
    }
    throw broken("a message that does not belong here");
  }

  void carry_out_calls(const std::vector<Call>& calls, Response& response) {
    for (std::size_t i = 0; i < calls.size() && !response.fatal(); ++i) {
      response.begin_procedure();
      procedures_.run(calls[i], response, queue_.cancel());
      tell_killed(response);
      response.end_procedure(i + 1 < calls.size());
    }
  }

  void carry_out_transaction(const TransactionRequest& request, Response& response) {
    switch (request.kind) {
      case TransactionRequest::Kind::begin:
        return session_.begin(response);
      case TransactionRequest::Kind::commit:
        return session_.commit(response, request.begin_next);
      case TransactionRequest::Kind::roll_back:
        return session_.roll_back(response, request.begin_next);
      case TransactionRequest::Kind::other:
        break;
    }
    response.message({8525, 16, 1,
                      "Distributed transaction completed. Either enlist this session in a new "
                      "transaction or the NULL transaction."});
  }

  void tell_killed(Response& response) {
    const auto reason = session_.killed();
    if (reason && !response.has_told(reason->number)) response.message(*reason);
  }

  /// A session may be killed while its client is silent.
  bool still_alive() {
    if (!session_.killed()) return true;
    Response response(channel_, agreement_, {});
    tell_killed(response);
    response.finish(false);
    return false;
  }

  Channel& channel_;
  Agreement agreement_;
  Session& session_;
  Procedures procedures_;
  RequestQueue queue_;
};

}  // namespace

void converse(Instance& instance, Channel& channel) {
  MessageReader reader(kMostBeforeLogin);
  const auto message = receive_message(channel, reader);
  if (!message) return;
  if (message->type != PacketType::login) throw broken("no login where there should be one");
  const Login login = parse_login(message->payload);
  const ServerIdentity server = instance.identity();
  LoginAnswer answer = log_in(instance, login);
  if (answer.session == nullptr) {
    channel.send(packets(PacketType::response, refusal_tokens(answer, server)));
    return channel.finish();
  }
  const Agreement agreement{.server_name = server.name,
                            .packet_size = agreed_packet_size(login.packet_size),
                            .spid = answer.session->spid(),
                            .short_rows = login.version >= kTds73B || login.version == kTds80,
                            .database = answer.session->database()};
  if (!channel.send(packets(PacketType::response, welcome_tokens(answer, login, server)))) return;
  reader.allow(kMostAfterLogin);
  const bool closed_by_us = Conversation(channel, agreement, *answer.session, std::move(reader)).run();
  // What it held is free at once, however long the client takes to go.
  answer.session.reset();
  if (closed_by_us) channel.finish();
}

}  // namespace dba::sandbox::sqlserver::tds
