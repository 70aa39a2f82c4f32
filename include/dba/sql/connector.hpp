#pragma once
// A session with one SQL Server. Calls block no longer than their deadline, whatever driver and server do, and end when
// the stop token is requested. A session belongs to one thread at a time.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/secret.hpp"
#include "dba/platform/clock.hpp"
#include "dba/platform/file_descriptor.hpp"
#include "dba/sql/diagnostics.hpp"

namespace dba::sql {

/// What a value is, as far as its text form and JSON differ by it.
enum class ValueKind { text, integer, decimal, floating, boolean, binary, date, time, timestamp, guid };

struct Column {
  std::string name{};  ///< Empty when the statement gave none.
  ValueKind kind = ValueKind::text;
  friend bool operator==(const Column&, const Column&) = default;
};

/// One value as text, the same with every driver; absent = NULL. Binary as 0x and upper-case hex, booleans 0 and 1,
/// times of day and dates in ISO form, GUIDs in upper case.
using Cell = std::optional<std::string>;
using Row = std::vector<Cell>;

/// What one batch answers, in the order it comes in.
class ResultReader {
 public:
  virtual ~ResultReader() = default;
  virtual void columns(const std::vector<Column>& columns) = 0;  ///< A result set begins.
  virtual void row(const Row& row) = 0;                          ///< A cell for every column, in their order.
  /// A statement is done. @param affected rows; absent when it does not count (SET, DDL, NOCOUNT ON)
  virtual void done(std::optional<long long> affected) = 0;
  virtual void message(const Diagnostic& message) = 0;  ///< PRINT and notices.
  /// The server refused a statement; what the rest of the batch answers follows.
  virtual void error(const SqlError& /*error*/) {}
};

struct ResultSet {
  std::vector<Column> columns{};
  std::vector<Row> rows{};
};

/// How the server showed who it is.
struct Trust {
  bool verified = false;      ///< Chain and name; false: encrypted all the same.
  std::string tls_version{};  ///< "TLSv1.2"
};

class Session {
 public:
  virtual ~Session() = default;
  /// Runs one batch and hands over everything it answers, to the very end: errors may come after rows, and rows after
  /// errors.
  /// @throws SqlError: the first of the errors that were handed over; what ended the connection, which is handed over
  ///         to nobody. After a dead connection, a deadline or an interruption the session is of no use any more.
  virtual void run(std::string_view batch, ResultReader& reader, platform::SteadyTime deadline) = 0;
  virtual bool usable() const = 0;         ///< False after a failure that leaves the connection in an unknown state.
  virtual const Trust& trust() const = 0;  ///< What was seen of its certificate.

  /// The first result set of a batch, whole. @throws SqlError; also when there is none.
  ResultSet query(std::string_view batch, platform::SteadyTime deadline);
};

/// Hands over the records of a refused statement one by one: what only tells something, and what went wrong.
/// @param refusal all of them together
void hand_over(const SqlError& refusal, ResultReader& reader);

struct TlsPolicy {
  bool verify = true;
  std::string authorities_pem{};              ///< Needed to verify.
  std::vector<std::string> expected_names{};  ///< One of them has to be in the certificate.
};

struct Login {
  /// Opens the connection to the server, not later than the deadline: a tunnel's end, or a socket.
  std::function<platform::FileDescriptor(platform::SteadyTime deadline, const std::stop_token& stop)> dial{};
  std::string server{};  ///< Whose server it is, a pod's name; the connection itself is what dial() opens.
  std::string user = "sa";
  Secret password{};
  std::string database = "master";
  std::string application = "kubectl-dba";
  bool read_intent = false;  ///< ApplicationIntent=ReadOnly
  TlsPolicy tls{};
};

class Connector {
 public:
  virtual ~Connector() = default;
  /// @throws SqlError, or what dial() throws.
  virtual std::unique_ptr<Session> connect(const Login& login, platform::SteadyTime deadline) = 0;
};

struct ConnectorOptions {
  /// Name of a section of odbcinst.ini or absolute path of a driver's file; empty = the best there is.
  std::string driver{};
  platform::Clock* clock = nullptr;
  std::stop_token stop{};
};

/// ODBC by the driver manager of this machine, loaded when the first session is asked for.
/// @throws (from connect) SqlError no_driver with what to install.
std::unique_ptr<Connector> odbc_connector(const ConnectorOptions& options);

/// A driver that can be had here.
struct Driver {
  std::string name{};  ///< As odbcinst.ini calls it, or the path.
  std::string file{};  ///< Empty when odbcinst.ini names none.
  enum class Family { microsoft, freetds, unknown } family = Family::unknown;
};
/// Best first. @throws SqlError no_driver when there is no driver manager.
std::vector<Driver> installed_drivers();

}  // namespace dba::sql
