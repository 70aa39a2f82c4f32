// What drivers do that the product does not: they meet it in the hands of other tools.

#include "direct_odbc.hpp"

#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <unistd.h>

#include "drivers.hpp"
#include "fake_instance.hpp"

using namespace dba;
using namespace dba::sandbox::sqlserver;
using test::DirectOdbc;
using test::FakeSqlServer;
using test::OdbcDriver;

namespace {

bool is_freetds(const OdbcDriver& driver) { return driver.name == "FreeTDS"; }

/// @param more keywords, each with its semicolon
std::string connection_string(const OdbcDriver& driver, const FakeSqlServer& server, const std::string& more = "") {
  const std::string where =
      is_freetds(driver) ? fmt::format("SERVER=127.0.0.1;PORT={};TDS_Version=7.4;ClientCharset=UTF-8;", server.port)
                         : fmt::format("SERVER=127.0.0.1,{};ConnectRetryCount=0;", server.port);
  const std::string encryption = is_freetds(driver) ? "Encrypt=require;" : "Encrypt=yes;TrustServerCertificate=yes;";
  return fmt::format("DRIVER={{{}}};{}{}UID=sa;PWD=secret;", driver.file, where, more.empty() ? encryption : more);
}

/// Answers with its parameters, as text.
void echo(const Request& request, ResultSink& sink, const std::stop_token&) {
  std::string all = request.batch;
  for (const Parameter& parameter : request.parameters) {
    all += " " + parameter.name + "=";
    if (const auto* number = std::get_if<std::int64_t>(&parameter.value)) all += fmt::format("{}", *number);
    if (const auto* words = std::get_if<std::string>(&parameter.value)) all += *words;
  }
  sink.columns({{"all", {TypeId::nvarchar, 100}}});
  sink.row({all});
  sink.done(1, false);
}

/// A server that answers with its parameters, and a driver that is connected to it.
struct Echo {
  FakeSqlServer server{};
  std::optional<DirectOdbc> odbc{};

  explicit Echo(const OdbcDriver& driver) {
    server.instance.on_run = echo;
    odbc.emplace(connection_string(driver, server));
    CHECK(odbc->why_not() == "");
    REQUIRE(odbc->connected());
  }
};

/// A file with the server's certificate, for as long as it is needed.
class CertificateFile {
 public:
  CertificateFile() : path_(std::filesystem::temp_directory_path() / fmt::format("dba-server-{}.pem", ::getpid())) {
    std::ofstream(path_) << test::server_certificate().certificate_pem;
  }
  ~CertificateFile() { std::filesystem::remove(path_); }
  CertificateFile(const CertificateFile&) = delete;
  CertificateFile& operator=(const CertificateFile&) = delete;
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

}  // namespace

TEST_CASE("a driver encrypts by itself, inside TDS") {
  DBA_FOR_EACH_DRIVER(driver) {
    Echo talk(driver);
    DirectOdbc& odbc = *talk.odbc;
    CHECK(odbc.run("select 1") == "select 1");
  }
}

TEST_CASE("Microsoft's driver encrypts strictly, as TDS 8 has it") {
  DBA_FOR_EACH_DRIVER(driver) {
    if (is_freetds(driver)) continue;  // knows no strict mode
    const CertificateFile certificate;
    FakeSqlServer server;
    server.instance.on_run = echo;
    DirectOdbc odbc(connection_string(driver, server, "Encrypt=strict;ServerCertificate=" + certificate.path() + ";"));
    CHECK(odbc.why_not() == "");
    REQUIRE(odbc.connected());
    CHECK(odbc.run("select 1") == "select 1");
    DirectOdbc without_trust(connection_string(driver, server, "Encrypt=strict;"));
    CHECK_FALSE(without_trust.connected());
  }
}

TEST_CASE("parameters of a statement that is run at once arrive") {
  DBA_FOR_EACH_DRIVER(driver) {
    Echo talk(driver);
    DirectOdbc& odbc = *talk.odbc;
    int number = -7;
    std::string words = "ab";
    odbc.bind(number);
    odbc.bind(words);
    CHECK(odbc.run("select ?, ?") == "select @P1, @P2 @P1=-7 @P2=ab");
  }
}

TEST_CASE("a prepared statement is run as often as wanted") {
  DBA_FOR_EACH_DRIVER(driver) {
    Echo talk(driver);
    DirectOdbc& odbc = *talk.odbc;
    int number = 1;
    odbc.bind(number);
    CHECK(odbc.prepare("select ?") == "ok");
    CHECK(odbc.execute() == "select @P1 @P1=1");
    number = 2;
    CHECK(odbc.execute() == "select @P1 @P1=2");
  }
}

TEST_CASE("errors of statements with parameters come once") {
  DBA_FOR_EACH_DRIVER(driver) {
    FakeSqlServer server;
    server.instance.on_run = [](const Request&, ResultSink& sink, const std::stop_token&) {
      sink.message({2627, 14, 1, "Violation of PRIMARY KEY constraint."});
      sink.done(std::nullopt, true);
    };
    DirectOdbc odbc(connection_string(driver, server));
    REQUIRE(odbc.connected());
    int number = 1;
    odbc.bind(number);
    const std::string errors = odbc.run("insert ?");
    CHECK(errors.starts_with("23000 2627 "));
    CHECK(errors.find("Violation of PRIMARY KEY constraint.") != std::string::npos);
    CHECK(errors.find('\n') == errors.size() - 1);
    server.instance.on_run = echo;
    CHECK(odbc.run("fine ?") == "fine @P1 @P1=1");
  }
}

TEST_CASE("a driver's transactions are begun and ended") {
  DBA_FOR_EACH_DRIVER(driver) {
    Echo talk(driver);
    DirectOdbc& odbc = *talk.odbc;
    odbc.set_autocommit(false);
    CHECK(odbc.run("insert") == "insert");
    CHECK(odbc.commit());
    CHECK(odbc.run("insert") == "insert");
    CHECK(odbc.roll_back());
    odbc.set_autocommit(true);
    CHECK(odbc.run("insert") == "insert");
  }
}

TEST_CASE("a driver that gives a query up by itself is heard, and the session goes on") {
  DBA_FOR_EACH_DRIVER(driver) {
    test::Hanging hanging;
    FakeSqlServer server;
    server.instance.on_run = hanging.on_run();
    DirectOdbc odbc(connection_string(driver, server));
    REQUIRE(odbc.connected());
    odbc.set_query_timeout(1);
    const std::string errors = odbc.run("hang");
    CHECK(errors.find("HYT00") != std::string::npos);
    CHECK(hanging.cancelled);
    server.instance.on_run = echo;
    CHECK(odbc.run("fine") == "fine");
  }
}
