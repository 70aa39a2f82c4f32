#include "tds/login_answer.hpp"

#include <fmt/format.h>

#include "tds/packets.hpp"
#include "tds/tokens.hpp"

namespace dba::sandbox::sqlserver::tds {

namespace {

constexpr int kDatabaseChanged = 5701;

LoginAnswer refused(int number, std::string text) {
  LoginAnswer answer;
  answer.messages.push_back({number, 14, 1, std::move(text)});
  return answer;
}

}  // namespace

LoginAnswer log_in(Instance& instance, const Login& login) {
  if (login.integrated) {
    return refused(18452,
                   "Login failed. The login is from an untrusted domain and cannot be used with Integrated "
                   "authentication.");
  }
  if (agreed_version(login.version) == 0) {
    return refused(17836,
                   fmt::format("The client speaks TDS 0x{:08x}; this simulated server speaks TDS 7.3, 7.4 and 8.0.",
                               login.version));
  }
  return instance.login(login.request);
}

std::string welcome_tokens(const LoginAnswer& answer, const Login& login, const ServerIdentity& server) {
  std::string out;
  append_change(out, Change::database, answer.session->database(), "master");
  const auto append_messages = [&](bool of_database) {
    for (const Message& message : answer.messages) {
      if ((message.number == kDatabaseChanged) == of_database) append_message(out, message, server.name);
    }
  };
  append_messages(true);
  append_collation_change(out);
  append_change(out, Change::language, "us_english", "");
  append_messages(false);
  append_login_acknowledgement(out, agreed_version(login.version), server);
  append_change(out, Change::packet_size, fmt::format("{}", agreed_packet_size(login.packet_size)),
                fmt::format("{}", kFirstPacketSize));
  if (login.extended) append_features(out, login.features);
  append_done(out, DoneKind::batch, {});
  return out;
}

std::string refusal_tokens(const LoginAnswer& answer, const ServerIdentity& server) {
  std::string out;
  for (const Message& message : answer.messages) append_message(out, message, server.name);
  append_done(out, DoneKind::batch, {.status = kDoneError});
  return out;
}

}  // namespace dba::sandbox::sqlserver::tds
