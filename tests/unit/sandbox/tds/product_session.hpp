#pragma once
// Sessions as the product opens them, with any of its drivers.

#include <chrono>
#include <memory>

#include "dba/platform/clock.hpp"
#include "dba/platform/socket.hpp"
#include "dba/sql/connector.hpp"

#include "drivers.hpp"
#include "fake_instance.hpp"

namespace dba::test {

inline platform::SteadyTime in(std::chrono::nanoseconds wait) { return platform::system_clock().steady_now() + wait; }

inline sql::Login login_to(const FakeSqlServer& server) {
  sql::Login login;
  login.dial = [port = server.port](platform::SteadyTime, const std::stop_token&) {
    return platform::connect_to_loopback(port);
  };
  login.password = Secret("secret");
  login.tls = {true, server_certificate().authority_pem, {"sales-0"}};
  return login;
}

inline std::unique_ptr<sql::Session> connect(const OdbcDriver& driver, const sql::Login& login) {
  return sql::odbc_connector({driver.file, &platform::system_clock(), {}})
      ->connect(login, in(std::chrono::seconds(30)));
}

}  // namespace dba::test
