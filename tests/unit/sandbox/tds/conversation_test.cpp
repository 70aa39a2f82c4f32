// Requests and responses after the login, without TLS around them.

#include "tds/conversation.hpp"

#include <condition_variable>
#include <mutex>

#include <doctest/doctest.h>

#include "talk.hpp"

using namespace dba;
using namespace dba::sandbox;
using namespace dba::sandbox::sqlserver;
using namespace dba::test;

TEST_CASE("a batch is answered by its statements, the last of them as the last") {
  Talk talk;
  talk.client->log_in();
  talk.answers([](const Request&, ResultSink& sink, const std::stop_token&) {
    sink.done(std::nullopt, false);
    sink.columns({{"", {TypeId::integer}, false}});
    sink.row({std::int64_t{1}});
    sink.done(1, false);
    sink.done(2, false);
  });
  talk.client->send_batch("select 1");
  CHECK(talk.client->receive_hex() ==
        "fd 01 00 00 00 00 00 00 00 00 00 00 00 "
        "81 01 00 00 00 00 00 08 00 38 00 d1 01 00 00 00 "
        "fd 11 00 c1 00 01 00 00 00 00 00 00 00 "
        "fd 10 00 c3 00 02 00 00 00 00 00 00 00");
  REQUIRE(talk.instance.requests().size() == 1);
  CHECK(talk.instance.requests()[0].batch == "select 1");
}

TEST_CASE("a batch without headers, and one that answers nothing, are answered") {
  Talk talk;
  talk.client->log_in();
  talk.answers([](const Request&, ResultSink&, const std::stop_token&) {});
  talk.client->send(PacketType::batch, RawClient::wide("print 'x'"));
  CHECK(talk.client->receive_hex() == kDone);
  CHECK(talk.instance.requests()[0].batch == "print 'x'");
}

TEST_CASE("what is told after the last statement has an end of its own") {
  Talk talk;
  talk.client->log_in();
  talk.answers([](const Request&, ResultSink& sink, const std::stop_token&) {
    sink.done(1, false);
    sink.message({0, 0, 1, "x"});
  });
  talk.client->send_batch("…");
  CHECK(talk.client->receive_hex() ==
        "fd 11 00 c3 00 01 00 00 00 00 00 00 00 " + error_hex(0, 0, 1, "x") + " " + kDone);
}

TEST_CASE("an error marks the end of its statement, told or not") {
  Talk talk;
  talk.client->log_in();
  const std::string error = error_hex(3906, 16, 1, "x");
  talk.answers([](const Request& request, ResultSink& sink, const std::stop_token&) {
    sink.message({3906, 16, 1, "x"});
    if (request.batch == "ends") sink.done(std::nullopt, true);
  });
  for (const char* batch : {"ends", "breaks off"}) {
    talk.client->send_batch(batch);
    CHECK(talk.client->receive_hex() == error + " fd 02 00 00 00 00 00 00 00 00 00 00 00");
  }
}

TEST_CASE("USE and transactions change what the client knows") {
  Talk talk;
  talk.client->log_in();
  talk.answers([](const Request& request, ResultSink& sink, const std::stop_token&) {
    if (request.batch == "use") sink.database_changed("d");
    if (request.batch == "begin") sink.transaction(ResultSink::Transaction::begun, 1);
    if (request.batch == "commit") sink.transaction(ResultSink::Transaction::committed, 1);
    sink.done(std::nullopt, false);
  });
  talk.client->send_batch("use");
  CHECK(talk.client->receive_hex() ==
        "e3 11 00 01 01 64 00 06 6d 00 61 00 73 00 74 00 65 00 72 00 " + std::string(kDone));
  talk.client->send_batch("use");
  CHECK(talk.client->receive_hex() == "e3 07 00 01 01 64 00 01 64 00 " + std::string(kDone));
  talk.client->send_batch("begin");
  CHECK(talk.client->receive_hex() ==
        "e3 0b 00 08 08 01 00 00 00 00 00 00 00 00 fd 04 00 00 00 00 00 00 00 00 00 00 00");
  talk.client->send_batch("insert");
  CHECK(talk.client->receive_hex() == "fd 04 00 00 00 00 00 00 00 00 00 00 00");
  talk.client->send_batch("commit");
  CHECK(talk.client->receive_hex() == "e3 0b 00 09 00 08 01 00 00 00 00 00 00 00 " + std::string(kDone));
}

TEST_CASE("transaction requests of drivers are carried out") {
  Talk talk;
  talk.client->log_in();
  const std::string headers = RawClient::headers();
  const std::string descriptor = "08 01 00 00 00 33 00 00 00 ";
  talk.client->send(PacketType::transaction, headers + bytes("0500 00 00"));
  CHECK(talk.client->receive_hex() == "e3 0b 00 08 " + descriptor + "00 " + kDone);
  talk.client->send(PacketType::transaction, headers + bytes("0700 00 01 00 00"));
  CHECK(talk.client->receive_hex() == "e3 0b 00 09 00 " + descriptor + "e3 0b 00 08 " + descriptor + "00 " + kDone);
  talk.client->send(PacketType::transaction, headers + bytes("0800 01 6100 00"));
  CHECK(talk.client->receive_hex() == "e3 0b 00 0a 00 " + descriptor + kDone);
  talk.client->send(PacketType::transaction, headers + bytes("0000"));
  CHECK(talk.client->receive_hex().starts_with("aa"));
}

TEST_CASE("a request that is not TDS is told so, and ends the connection") {
  Talk talk;
  talk.client->log_in();
  talk.client->send(PacketType::procedure, RawClient::headers() + bytes("ffff 6300 0000"));
  CHECK(talk.client->receive_hex().starts_with("aa"));
  CHECK(talk.client->is_closed());
}

TEST_CASE("kinds of messages that there are not here end the connection") {
  for (const PacketType type : {PacketType::bulk, PacketType::integrated, PacketType::prelogin, PacketType::login}) {
    Talk talk;
    talk.client->log_in();
    talk.client->send(type, "x");
    CHECK(talk.client->receive_hex().starts_with("aa"));
    CHECK(talk.client->is_closed());
  }
}

TEST_CASE("an attention to nothing is answered") {
  Talk talk;
  talk.client->log_in();
  talk.client->send_attention();
  CHECK(talk.client->receive_hex() == kAttentionDone);
  talk.client->send_batch("…");
  CHECK(talk.client->receive_hex() == kDone);
}

TEST_CASE("an attention cancels the batch that runs, and the session goes on") {
  Talk talk;
  talk.client->log_in();
  std::atomic<bool> begun = false;
  talk.answers([&](const Request& request, ResultSink& sink, const std::stop_token& cancel) {
    if (request.batch != "hang") return;
    sink.columns({{"", {TypeId::integer}, false}});
    begun = true;
    begun.notify_all();
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait(lock, cancel, [] { return false; });
    CHECK_FALSE(sink.row({std::int64_t{1}}));
    sink.message({50000, 16, 1, "nobody hears this"});
    sink.done(1, false);
  });
  talk.client->send_batch("hang");
  begun.wait(false);
  talk.client->send_attention();
  CHECK(talk.client->receive_hex() == "81 01 00 00 00 00 00 08 00 38 00 " + std::string(kAttentionDone));
  talk.client->send_batch("fine");
  CHECK(talk.client->receive_hex() == kDone);
}

TEST_CASE("a batch that is cancelled before it is begun is not waited for") {
  Talk talk;
  talk.client->log_in();
  talk.answers([](const Request&, ResultSink&, const std::stop_token& cancel) {
    while (!cancel.stop_requested()) std::this_thread::yield();
  });
  talk.instance.stands_still = true;
  talk.client->send_batch("hang");
  talk.client->send_attention();
  talk.instance.stands_still = false;
  CHECK(talk.client->receive_hex() == kAttentionDone);
  talk.client->send_attention();
  CHECK(talk.client->receive_hex() == kAttentionDone);
}

TEST_CASE("a client that goes while its batch runs cancels it") {
  Talk talk;
  talk.client->log_in();
  std::atomic<bool> begun = false, ended = false;
  talk.answers([&](const Request&, ResultSink&, const std::stop_token& cancel) {
    begun = true;
    begun.notify_all();
    while (!cancel.stop_requested()) std::this_thread::yield();
    ended = true;
  });
  talk.client->send_batch("hang");
  begun.wait(false);
  talk.client->hang_up();
  talk.server.join();
  CHECK(ended);
  CHECK(talk.instance.open_sessions == 0);
}

TEST_CASE("a reset brings the session back to its beginning") {
  Talk talk;
  talk.client->log_in();
  const std::string reset = "e3 03 00 12 00 00 ";
  talk.client->send_batch("…", 0x09);
  CHECK(talk.client->receive_hex() == reset + kDone);
  CHECK(talk.instance.resets == 1);
  talk.client->send(PacketType::transaction, RawClient::headers() + bytes("0500 00 00"));
  talk.client->receive();
  talk.client->send_batch("…", 0x11);
  CHECK(talk.client->receive_hex() == reset + "fd 04 00 00 00 00 00 00 00 00 00 00 00");
  CHECK(talk.instance.resets == 1);
  talk.client->send_batch("…", 0x09);
  CHECK(talk.client->receive_hex() == reset + kDone);
  CHECK(talk.instance.resets == 2);
}

TEST_CASE("a session that is killed tells why and closes, whether it is asked or silent") {
  const Message reason{596, 21, 1, "Cannot continue the execution because the session is in the kill state."};
  const std::string told = error_hex(596, 21, 1, reason.text) + " fd 02 00 00 00 00 00 00 00 00 00 00 00";
  for (const bool silent : {true, false}) {
    CAPTURE(silent);
    Talk talk;
    talk.client->log_in();
    talk.answers([&](const Request&, ResultSink& sink, const std::stop_token&) {
      talk.instance.kill(reason);
      sink.message(reason);
    });
    if (silent) {
      talk.instance.kill(reason);
    } else {
      talk.client->send_batch("…");
    }
    CHECK(talk.client->receive_hex() == told);
    while (talk.instance.open_sessions > 0) std::this_thread::yield();  // while the client is still there
    CHECK(talk.client->is_closed());
  }
}

TEST_CASE("a value that its column cannot hold ends the connection with the reason") {
  Talk talk;
  talk.client->log_in();
  talk.answers([](const Request&, ResultSink& sink, const std::stop_token&) {
    sink.columns({{"a", {TypeId::integer}, false}});
    CHECK_FALSE(sink.row({"x"}));
    CHECK_FALSE(sink.row({std::int64_t{1}}));
    sink.done(2, false);
  });
  talk.client->send_batch("…");
  CHECK(talk.client->receive_hex() ==
        "81 01 00 00 00 00 00 08 00 38 01 61 00 " +
            error_hex(8630, 20, 1, "Internal error: column \"a\" got a value that is no whole number") +
            " fd 02 00 00 00 00 00 00 00 00 00 00 00");
  CHECK(talk.client->is_closed());
}

TEST_CASE("responses are cut into packets of the size that was agreed on") {
  Talk talk;
  talk.client->send(PacketType::login, RawClient::login(512));
  CHECK(talk.client->receive().has_value());
  talk.client->largest_packet = 0;
  talk.answers([](const Request&, ResultSink& sink, const std::stop_token&) {
    sink.columns({{"", {TypeId::varchar, -1}}});
    sink.row({std::string(100'000, 'x')});
    sink.done(1, false);
  });
  talk.client->send_batch("…");
  const auto message = talk.client->receive();
  REQUIRE(message.has_value());
  CHECK(message->size() == 3 + 4 + 2 + 3 + 5 + 1 + 1 + 8 + 4 + 100'000 + 4 + 13);
  CHECK(talk.client->largest_packet == 512);
}

TEST_CASE("a wrong password is told, then the connection is closed") {
  Talk talk;
  talk.client->send(PacketType::login, RawClient::login(4096, "wrong"));
  CHECK(talk.client->receive_hex() ==
        error_hex(18456, 14, 1, "Login failed for user 'sa'.") + " fd 02 00 00 00 00 00 00 00 00 00 00 00");
  CHECK(talk.client->is_closed());
}

TEST_CASE("what is no login where one should be ends the connection") {
  for (const auto& [type, payload] :
       {std::pair{PacketType::batch, RawClient::wide("select 1")}, std::pair{PacketType::login, std::string("short")},
        std::pair{PacketType::attention, std::string()}}) {
    Talk talk;
    talk.client->send(type, payload);
    CHECK(talk.client->is_closed());
    talk.server.join();
    CHECK(talk.instance.logins().empty());
  }
}
