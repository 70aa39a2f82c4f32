// What drivers call to run statements with parameters.

#include "tds/procedures.hpp"

#include <doctest/doctest.h>

#include "talk.hpp"

using namespace dba;
using namespace dba::sandbox;
using namespace dba::sandbox::sqlserver;
using namespace dba::test;

namespace {

/// A call by number with parameters that are written already.
std::string call(int number, const std::string& parameters) {
  std::string out = RawClient::headers() + bytes("ffff");
  tds::append_le(out, static_cast<std::uint64_t>(number), 2);
  return out + bytes("0000") + parameters;
}
std::string named_call(std::string_view name) {
  std::string out = RawClient::headers();
  tds::append_le(out, name.size(), 2);
  return out + RawClient::wide(name) + bytes("0000");
}
/// Without a name.
std::string text_parameter(std::string_view text) {
  std::string out = bytes("00 00 e7 401f 0904d00034");
  tds::append_le(out, text.size() * 2, 2);
  return out + RawClient::wide(text);
}
std::string int_parameter(int value, const char* name_and_status = "00 00") {
  std::string out = bytes(std::string(name_and_status) + " 26 04 04");
  tds::append_le(out, static_cast<std::uint32_t>(value), 4);
  return out;
}
const std::string kHandleToFill = bytes("00 01 26 04 00");

void inserted(const Request&, ResultSink& sink, const std::stop_token&) { sink.done(1, false); }

}  // namespace

TEST_CASE("sp_executesql runs a statement with its parameters") {
  Talk talk;
  talk.client->log_in();
  talk.answers([](const Request& request, ResultSink& sink, const std::stop_token&) {
    for (const Parameter& parameter : request.parameters) {
      if (parameter.output) sink.output({parameter.name, parameter.type, std::int64_t{9}, true});
    }
    sink.done(1, false);
  });
  talk.client->send(PacketType::procedure,
                    call(10, text_parameter("select @P1") + text_parameter("@P1 decimal(10,2),@P2 int OUTPUT") +
                                 int_parameter(7) + int_parameter(8, "03 4000 5000 3200 01")));
  CHECK(talk.client->receive_hex() == "ff 11 00 c3 00 01 00 00 00 00 00 00 00 " + std::string(kStatus0) +
                                          " ac 03 00 03 40 00 50 00 32 00 01 00 00 00 00 00 00 26 04 04 09 00 00 00 " +
                                          kProcedureDone);
  REQUIRE(talk.instance.requests().size() == 1);
  const Request request = talk.instance.requests()[0];
  CHECK(request.batch == "select @P1");
  REQUIRE(request.parameters.size() == 2);
  CHECK(request.parameters[0].name == "@P1");
  CHECK(request.parameters[0].value == Value(std::int64_t{7}));
  CHECK_FALSE(request.parameters[0].output);
  CHECK(request.parameters[1].name == "@P2");
  CHECK(request.parameters[1].output);
}

TEST_CASE("a statement is prepared, executed and forgotten") {
  Talk talk;
  talk.client->log_in();
  talk.answers(inserted);
  const std::string row = "ff 11 00 c3 00 01 00 00 00 00 00 00 00 ";
  const auto handle = [](int number) {
    return fmt::format(" ac 00 00 00 01 00 00 00 00 00 00 26 04 04 {:02x} 00 00 00 ", number);
  };
  const auto answer_to = [&](int procedure, const std::string& parameters) {
    talk.client->send(PacketType::procedure, call(procedure, parameters));
    return talk.client->receive_hex();
  };
  const std::string statement = text_parameter("@P1 int") + text_parameter("insert @P1");
  CHECK(answer_to(13, kHandleToFill + statement + int_parameter(5)) == row + kStatus0 + handle(1) + kProcedureDone);
  CHECK(answer_to(11, kHandleToFill + statement + int_parameter(1)) == kStatus0 + handle(2) + kProcedureDone);
  CHECK(answer_to(12, int_parameter(2) + int_parameter(6)) == row + kStatus0 + " " + kProcedureDone);
  REQUIRE(talk.instance.requests().size() == 2);
  CHECK(talk.instance.requests()[1].batch == "insert @P1");
  CHECK(talk.instance.requests()[1].parameters[0].name == "@P1");
  CHECK(talk.instance.requests()[1].parameters[0].value == Value(std::int64_t{6}));
  CHECK(answer_to(15, int_parameter(2)) == std::string(kStatus0) + " " + kProcedureDone);
  const std::string unknown = error_hex(8179, 16, 2, "Could not find prepared statement with handle 2.") +
                              " 79 f3 1f 00 00 fe 02 00 e0 00 00 00 00 00 00 00 00 00";
  CHECK(answer_to(12, int_parameter(2)) == unknown);
  CHECK(answer_to(15, int_parameter(2)) == unknown);
  // A handle that is handed in is given up.
  CHECK(answer_to(13, int_parameter(1, "00 01") + statement + int_parameter(5)) ==
        row + kStatus0 + handle(3) + kProcedureDone);
  CHECK(answer_to(12, int_parameter(1)).starts_with("aa"));
  // It comes back under the name that the client gave it.
  CHECK(answer_to(11, int_parameter(0, "02 4000 6800 01") + statement + int_parameter(1)) ==
        std::string(kStatus0) + " ac 00 00 02 40 00 68 00 01 00 00 00 00 00 00 26 04 04 04 00 00 00 " + kProcedureDone);
}

TEST_CASE("procedures that there are not, and calls that make no sense, are refused as SQL Server does") {
  Talk talk;
  talk.client->log_in();
  struct Row {
    std::string call, error;
  };
  for (const Row& row :
       {Row{call(2, ""), error_hex(2812, 16, 62, "Could not find stored procedure 'sp_cursoropen'.")},
        Row{named_call("sp_tables"), error_hex(2812, 16, 62, "Could not find stored procedure 'sp_tables'.")},
        Row{call(10, ""), error_hex(201, 16, 2,
                                    "Procedure or function 'sp_executesql' expects parameter '@statement', "
                                    "which was not supplied.")},
        Row{named_call("sys.sp_ExecuteSql") + int_parameter(1),
            error_hex(214, 16, 2, "Procedure expects parameter '@statement' of type 'ntext/nchar/nvarchar'.")}}) {
    CAPTURE(row.error);
    talk.client->send(PacketType::procedure, row.call);
    const std::string answer = talk.client->receive_hex();
    CHECK(answer.starts_with(row.error + " 79 "));
    CHECK(answer.ends_with("fe 02 00 e0 00 00 00 00 00 00 00 00 00"));
  }
}

TEST_CASE("several calls in one message are answered one after the other") {
  Talk talk;
  talk.client->log_in();
  talk.answers(inserted);
  const std::string one = bytes("ffff 0a00 0000") + text_parameter("insert");
  talk.client->send(PacketType::procedure, RawClient::headers() + one + "\xff" + one + "\x80" + one);
  const std::string row = "ff 11 00 c3 00 01 00 00 00 00 00 00 00 79 00 00 00 00 ";
  const std::string more = "fe 01 00 e0 00 00 00 00 00 00 00 00 00 ";
  CHECK(talk.client->receive_hex() == row + more + row + more + row + kProcedureDone);
}

TEST_CASE("an attention to a procedure ends its response too") {
  Talk talk;
  talk.client->log_in();
  std::atomic<bool> begun = false;
  talk.answers([&](const Request&, ResultSink& sink, const std::stop_token& cancel) {
    sink.done(1, false);
    begun = true;
    begun.notify_all();
    while (!cancel.stop_requested()) std::this_thread::yield();
  });
  talk.client->send(PacketType::procedure, call(10, text_parameter("hang")));
  begun.wait(false);
  talk.client->send_attention();
  CHECK(talk.client->receive_hex() == "ff 11 00 c3 00 01 00 00 00 00 00 00 00 " + std::string(kAttentionDone));
}
