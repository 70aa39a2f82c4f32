// Much of everything: more rows and bytes than any buffer holds, more broken clients than one thinks of.

#include <random>

#include "product_session.hpp"
#include "relay.hpp"
#include "served.hpp"

using namespace dba;
using namespace dba::sandbox::sqlserver;
using namespace std::chrono_literals;
using test::bytes;
using test::connect, test::in, test::login_to;
using test::FakeSqlServer;
using test::PacketType;
using test::RawClient;
using test::Served;

TEST_CASE("a million rows come through") {
  DBA_FOR_EACH_DRIVER(driver) {
    static constexpr int kRows = 1'000'000;
    FakeSqlServer server;
    server.instance.on_run = [](const Request&, ResultSink& sink, const std::stop_token&) {
      sink.columns({{"n", {TypeId::integer}, false}});
      for (std::int64_t n = 0; n < kRows; ++n) sink.row({n});
      sink.done(kRows, false);
    };
    struct Counter : sql::ResultReader {
      long long rows = 0, sum = 0;
      void columns(const std::vector<sql::Column>&) override {}
      void row(const sql::Row& row) override {
        ++rows;
        sum += std::stoll(row[0].value_or("-1"));
      }
      void done(std::optional<long long>) override {}
      void message(const sql::Diagnostic&) override {}
    } counter;
    const auto session = connect(driver, login_to(server));
    session->run("select", counter, in(10min));
    CHECK(counter.rows == kRows);
    CHECK(counter.sum == 499'999'500'000);
  }
}

TEST_CASE("rows wait for a client that does not read") {
  Served served;
  served.log_in();
  std::atomic<int> rows = 0;
  constexpr int kAll = 4000;
  served.instance.on_run = [&](const Request&, ResultSink& sink, const std::stop_token&) {
    sink.columns({{"", {TypeId::varchar, 8000}}});
    while (rows < kAll && sink.row({std::string(8000, 'x')})) ++rows;
    sink.done(kAll, false);
  };
  served.client->send_batch("…");
  // Until it comes to a standstill, which is where the pipe is full: a MiB and what is in the works.
  int before = -1;
  while (before != rows) {
    before = rows;
    served.client->hears_something();
  }
  CHECK(rows < kAll);
  const auto message = served.client->receive();
  REQUIRE(message.has_value());
  CHECK(rows == kAll);
  CHECK(message->size() > 8000U * kAll);
}

TEST_CASE("whatever is damaged on the way, a connection ends or is served") {
  std::mt19937_64 random(1);
  const std::string conversation =
      tds::packets(PacketType::login, RawClient::login()) +
      tds::packets(PacketType::batch, RawClient::headers() + RawClient::wide("select 1")) +
      tds::packets(PacketType::procedure,
                   RawClient::headers() + bytes("ffff 0a00 0000 00 00 e7 401f 0904d00034 0200 6100")) +
      tds::packets(PacketType::transaction, RawClient::headers() + bytes("0500 00 00"));
  for (int round = 0; round < 60; ++round) {
    std::string damaged = conversation;
    for (int i = 0; i < 3; ++i) damaged[random() % damaged.size()] = static_cast<char>(random());
    CAPTURE(round);
    Served served;
    served.client->encrypt_inside(RawClient::prelogin());
    served.client->send_bytes(damaged);
    served.client->hang_up();
    served.server.join();
    CHECK(served.instance.open_sessions == 0);
  }
}

TEST_CASE("eight MiB come through the product's relay whole, both ways") {
  FakeSqlServer server;
  constexpr std::size_t kSize = 8U << 20U;
  server.instance.on_run = [](const Request& request, ResultSink& sink, const std::stop_token&) {
    sink.columns({{"", {TypeId::varchar, -1}}});
    sink.row({request.batch});
    sink.done(1, false);
  };
  const sql::Login login = login_to(server);
  const sql::Relay relay({login.dial(in(5min), {}), login.tls, in(5min), {}}, in(5min), {});
  RawClient driver(sandbox::streaming::connect_tcp("127.0.0.1", relay.port()));
  driver.send(PacketType::prelogin, RawClient::prelogin(0));
  driver.receive();
  driver.log_in();
  const std::string batch(kSize / 2, 'x');
  driver.send(PacketType::batch, RawClient::wide(batch));
  const std::string answer = driver.receive().value_or("");
  CHECK(answer.find(batch) != std::string::npos);
}
