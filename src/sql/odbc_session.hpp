#pragma once
// One connection of one driver, through a relay of its own.

#include <memory>
#include <string>
#include <vector>

#include "dba/sql/connector.hpp"

#include "odbc_api.hpp"
#include "relay.hpp"

namespace dba::sql {

class OdbcSession : public Session {
 public:
  /// @param driver_file the driver's, as odbcinst.ini has it
  OdbcSession(std::unique_ptr<Relay> relay, OdbcHandle connection, std::string driver_file);
  ~OdbcSession() override;
  void run(std::string_view batch, ResultReader& reader, platform::SteadyTime deadline) override;
  bool usable() const override { return usable_ && relay_->ended() == RelayEnd::none; }
  const Trust& trust() const override { return relay_->trust(); }

 private:
  struct Description;  // of a result set
  void read_results(OdbcStatement statement, SQLRETURN first, ResultReader& reader);
  void read_result(const OdbcStatement& statement, ResultReader& reader);
  static Description describe(const OdbcStatement& statement);
  void read_rows(const OdbcStatement& statement, const Description& description, ResultReader& reader);
  [[noreturn]] void fail(std::vector<Diagnostic> records);
  bool is_dead() const;

  std::unique_ptr<Relay> relay_;
  OdbcHandle connection_;
  std::string driver_file_;
  bool usable_ = true;
};

/// Why a call ended when the relay was cut meanwhile; absent when it was not for the relay.
/// @param what the clause that says what was going on: "logging in"
std::optional<SqlError> relay_failure(Phase phase, RelayEnd end, std::string_view what);

}  // namespace dba::sql
