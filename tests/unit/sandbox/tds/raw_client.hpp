#pragma once
// A client of the wire that sends exactly what the test wrote.

#include <array>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <doctest/doctest.h>

#include "dba/tls/client.hpp"

#include "fake_instance.hpp"
#include "hex.hpp"
#include "streaming/pod_backend.hpp"
#include "tds/bytes.hpp"
#include "tds/packets.hpp"

namespace dba::test {

namespace wire = sandbox::sqlserver::tds;
using wire::PacketType;

/// The whole answer to a batch that has none.
inline constexpr const char* kDone = "fd 00 00 00 00 00 00 00 00 00 00 00 00";

class RawClient {
 public:
  explicit RawClient(std::unique_ptr<sandbox::streaming::ByteStream> stream) : stream_(std::move(stream)) {}

  void send(PacketType type, std::string_view payload) { send_bytes(wire::packets(type, payload)); }
  void send_bytes(std::string_view bytes) {
    if (!tls_) {
      stream_->write(bytes);
      return;
    }
    tls_->write(bytes);
    stream_->write(tls_->take());
  }
  void send_batch(std::string_view text, std::uint8_t status = 1) {
    std::string message = wire::packet(PacketType::batch, headers() + wide(text), true, 0, 1);
    message[1] = static_cast<char>(status);
    send_bytes(message);
  }
  void send_attention() { send_bytes(wire::packet(PacketType::attention, "", true, 0, 1)); }

  /// The next message, put together; absent = the server has closed the connection.
  std::optional<std::string> receive() {
    std::string message;
    while (true) {
      const auto header = take(wire::kPacketHeader);
      if (!header) return std::nullopt;
      const std::size_t length = wire::ByteReader(header->substr(2)).be(2);
      largest_packet = std::max(largest_packet, length);
      const auto payload = take(length - wire::kPacketHeader);
      if (!payload) return std::nullopt;
      message += *payload;
      if (((*header)[1] & 1) != 0) return message;
    }
  }
  std::string receive_hex() { return hex(receive().value_or("closed")); }

  /// Whether the server has sent anything that was not received yet, or sends it in the next moments.
  bool hears_something() { return !received_.empty() || fill(std::chrono::milliseconds(250)); }
  bool is_closed() {
    while (!closed_ && received_.empty()) fill(std::chrono::seconds(1));
    return received_.empty();
  }

  /// PRELOGIN, then TLS inside TDS. @returns the server's answer to the PRELOGIN
  std::string encrypt_inside(std::string_view prelogin) {
    send(PacketType::prelogin, prelogin);
    const std::string answer = receive().value_or("");
    tls::Client client({.verify = false, .at_most_tls_1_2 = true});
    while (!client.handshake()) {
      send(PacketType::prelogin, client.take());
      client.feed(receive().value_or(""));
    }
    if (const std::string due = client.take(); !due.empty()) send(PacketType::prelogin, due);
    tls_ = std::move(client);
    return answer;
  }
  /// TLS before anything else. @returns its version
  std::string encrypt_around(const std::vector<std::string>& protocols) {
    tls::Client client({.verify = false, .protocols = protocols});
    while (!client.handshake()) {
      stream_->write(client.take());
      if (!fill(std::chrono::seconds(30))) return "closed";
      client.feed(std::exchange(received_, {}));
    }
    stream_->write(client.take());
    tls_ = std::move(client);
    return tls_->version();
  }
  void log_in() {
    send(PacketType::login, login());
    REQUIRE(receive().value_or("").find(wide("Changed database")) != std::string::npos);
  }
  void hang_up() { stream_.reset(); }

  std::size_t largest_packet = 0;

  static std::string wide(std::string_view ascii) {
    std::string out;
    for (const char letter : ascii) out += std::string{letter, '\0'};
    return out;
  }
  static std::string headers() { return bytes("16000000 12000000 0200 0000000000000000 01000000"); }
  /// LOGIN7 of user sa with the right password.
  static std::string login(std::uint32_t packet_size = 4096, std::string_view password = "secret") {
    std::string fixed = bytes("00000000 04000074");
    wire::append_le(fixed, packet_size, 4);
    fixed += bytes("00000000 00000000 00000000 e0 03 00 00 00000000 00000000");
    std::string mixed;
    for (const char byte : wide(password)) {
      const auto value = static_cast<unsigned char>(byte);
      mixed += static_cast<char>(((value << 4 | value >> 4) ^ 0xa5) & 0xff);
    }
    std::string texts;
    const auto place = [&](const std::string& text) {
      wire::append_le(fixed, 94 + texts.size(), 2);
      wire::append_le(fixed, text.size() / 2, 2);
      texts += text;
    };
    place("");
    place(wide("sa"));
    place(mixed);
    for (int i = 0; i < 6; ++i) place("");
    return fixed + std::string(94 - fixed.size(), '\0') + texts;
  }
  static std::string prelogin(char encryption = 1) {
    return bytes("00 000b 0006 01 0011 0001 ff 120600020000") + encryption;
  }

 private:
  bool fill(std::chrono::nanoseconds wait) {
    std::array<char, 16384> buffer{};
    const auto count = stream_->read(buffer.data(), buffer.size(), wait);
    if (!count) return false;
    if (*count == 0) {
      closed_ = true;
      return false;
    }
    if (!tls_) {
      received_.append(buffer.data(), *count);
      return true;
    }
    tls_->feed({buffer.data(), *count});
    if (!tls_->read(received_)) closed_ = true;
    return true;
  }
  std::optional<std::string> take(std::size_t count) {
    for (int patience = 0; received_.size() < count; ++patience) {
      if (closed_) return std::nullopt;
      REQUIRE_MESSAGE(patience < 1'000'000, "the server does not answer");
      if (!fill(std::chrono::seconds(30)) && !closed_) FAIL("the server does not answer");
    }
    std::string taken = received_.substr(0, count);
    received_.erase(0, count);
    return taken;
  }

  std::unique_ptr<sandbox::streaming::ByteStream> stream_;
  std::optional<tls::Client> tls_{};
  std::string received_{};
  bool closed_ = false;
};

}  // namespace dba::test
