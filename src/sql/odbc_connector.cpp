#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <string.h>

#include "dba/base/utf16.hpp"
#include "dba/sql/connector.hpp"

#include "connection_string.hpp"
#include "encrypted_server.hpp"
#include "odbc_api.hpp"
#include "odbc_drivers.hpp"
#include "odbc_session.hpp"
#include "relay.hpp"

namespace dba::sql {

namespace {

/// What unixODBC says when the file of a driver cannot be opened, or opens and then will not start.
/// @source unixODBC 2.3.11: SQLSTATE 01000 "Can't open lib", IM003, IM004
bool driver_did_not_load(const std::vector<Diagnostic>& records) {
  return std::any_of(records.begin(), records.end(), [](const Diagnostic& record) {
    return record.sqlstate.starts_with("IM00") || record.message.find("Can't open lib") != std::string::npos;
  });
}

class OdbcConnector : public Connector {
 public:
  explicit OdbcConnector(ConnectorOptions options) : options_(std::move(options)) {}

  std::unique_ptr<Session> connect(const Login& login, platform::SteadyTime deadline) override {
    // Before anything is dialled: without a driver there is no use in it.
    const std::vector<Driver> drivers = drivers_to_try(options_.driver);
    std::vector<Diagnostic> records;
    for (const Driver& driver : drivers) {
      EncryptedServer server(login.dial(deadline, options_.stop), login.tls, deadline, options_.stop);
      auto relay = std::make_unique<Relay>(std::move(server), deadline, options_.stop);
      if (auto session = log_in(driver, login, std::move(relay), records)) return session;
    }
    throw SqlError(Phase::connect, Failure::no_driver,
                   options_.driver.empty() ? "no ODBC driver of this machine can be loaded"
                                           : fmt::format("the ODBC driver \"{}\" cannot be loaded", options_.driver),
                   std::move(records), kInstallDriver);
  }

 private:
  /// Null when the driver could not be loaded, with its records.
  static std::unique_ptr<Session> log_in(const Driver& driver, const Login& login, std::unique_ptr<Relay> relay,
                                         std::vector<Diagnostic>& records) {
    OdbcHandle connection(SQL_HANDLE_DBC, odbc_environment());
    const Secret secret = connection_string(
        {driver, relay->port(), login.user, login.password, login.database, login.application, login.read_intent});
    std::u16string text = to_utf16(secret.reveal());
    const SQLRETURN result =
        odbc().driver_connect(connection.get(), nullptr, odbc_text(text.data()), static_cast<SQLSMALLINT>(text.size()),
                              nullptr, 0, nullptr, SQL_DRIVER_NOPROMPT);
    explicit_bzero(text.data(), text.size() * sizeof(char16_t));
    if (SQL_SUCCEEDED(result)) {
      return std::make_unique<OdbcSession>(std::move(relay), std::move(connection), driver.file);
    }
    records = odbc_records(SQL_HANDLE_DBC, connection.get());
    if (driver_did_not_load(records)) return nullptr;
    if (auto failure = relay_failure(Phase::connect, relay->ended(), "logging in")) throw std::move(*failure);
    const Failure kind = classify(Phase::connect, records, true);
    throw SqlError(Phase::connect, kind,
                   kind == Failure::login_failed  ? fmt::format("SQL Server refused the login of \"{}\"", login.user)
                   : kind == Failure::unreachable ? "the connection broke before SQL Server answered the login"
                                                  : fmt::format("cannot open database \"{}\"", login.database),
                   records);
  }

  ConnectorOptions options_;
};

}  // namespace

std::unique_ptr<Connector> odbc_connector(const ConnectorOptions& options) {
  return std::make_unique<OdbcConnector>(options);
}

}  // namespace dba::sql
