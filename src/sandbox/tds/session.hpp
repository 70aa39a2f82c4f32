#pragma once
// Between the wire and what answers it: a login gives a session, a session runs batches and hands over what they
// answer. tds/ is the caller, tsql/ the called; neither knows more of the other than this.

#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace dba::sandbox::sqlserver {

enum class TypeId {
  bit,
  tiny_int,
  small_int,
  integer,
  big_int,
  real,
  floating,
  decimal,
  money,
  character,
  varchar,
  nchar,
  nvarchar,
  binary,
  varbinary,
  date,
  time,
  datetime,
  small_datetime,
  datetime2,
  datetime_offset,
  unique_identifier,
};

struct Type {
  TypeId id = TypeId::integer;
  int length = 0;     ///< (n)(var)char: characters; (var)binary: bytes; -1 = max.
  int precision = 0;  ///< decimal
  int scale = 0;      ///< decimal; fractional digits of time, datetime2 and datetimeoffset
  friend bool operator==(const Type&, const Type&) = default;
};

/// One value. Integers and bit as a number; real and float as a double; everything else as text in SQL Server's own
/// words: characters in UTF-8, decimals "-12.50", "2026-01-02 03:04:05.1230000 +01:00", GUIDs in upper case, binary as
/// the bytes themselves. NULL = monostate.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

struct Column {
  std::string name{};
  Type type{};
  bool nullable = true;
  friend bool operator==(const Column&, const Column&) = default;
};

struct Table {
  std::vector<Column> columns{};
  std::vector<std::vector<Value>> rows{};
};

/// An error (severity over 10) or something told.
struct Message {
  int number = 0;
  int severity = 0;
  int state = 1;
  std::string text{};
  std::string procedure{};
  int line = 1;
  friend bool operator==(const Message&, const Message&) = default;
};

struct Parameter {
  std::string name{};  ///< "@P1"
  Type type{};
  Value value{};
  bool output = false;
};

/// Takes what a batch answers, in order. Calls block while the client does not read; false: nobody reads any more.
class ResultSink {
 public:
  virtual ~ResultSink() = default;
  virtual bool columns(const std::vector<Column>& columns) = 0;  ///< A result set begins.
  virtual bool row(const std::vector<Value>& row) = 0;
  /// A statement is done. @param count rows; absent when it does not count (DDL, SET, NOCOUNT ON)
  virtual bool done(std::optional<std::int64_t> count, bool failed) = 0;
  virtual bool message(const Message& message) = 0;
  virtual bool output(const Parameter& parameter) = 0;         ///< Value of an output parameter, at the end.
  virtual bool database_changed(const std::string& name) = 0;  ///< USE; its message 5701 comes by message().
  enum class Transaction { begun, committed, rolled_back };
  virtual bool transaction(Transaction what, std::uint64_t descriptor) = 0;
};

struct Request {
  std::string batch{};
  std::vector<Parameter> parameters{};
};

class Session {
 public:
  virtual ~Session() = default;
  /// Runs a batch. Errors go to the sink; nothing is thrown. Ends early when `cancel` is requested (attention, client
  /// gone): the sink hears no more, an open transaction stays open unless XACT_ABORT.
  virtual void run(const Request& request, ResultSink& sink, const std::stop_token& cancel) = 0;
  /// Transaction manager requests of drivers (SQL_AUTOCOMMIT_OFF): as the statement would do.
  virtual void begin(ResultSink& sink) = 0;
  virtual void commit(ResultSink& sink, bool begin_next) = 0;
  virtual void roll_back(ResultSink& sink, bool begin_next) = 0;
  /// Back to how it was after the login, in the same database (a driver's connection pool asks for it).
  virtual void reset() = 0;
  virtual std::string database() const = 0;
  virtual int spid() const = 0;
  /// Why the server is about to cut this session (a role change kills those in the database: 983 or 596); absent = not.
  virtual std::optional<Message> killed() const = 0;
};

struct LoginRequest {
  std::string user{}, password{}, database{}, application{}, host{};
  bool read_only_intent = false;
};

/// Either a session, with what is told at its start, or why not.
struct LoginAnswer {
  std::unique_ptr<Session> session{};
  std::vector<Message> messages{};  ///< 5701 and 5703, or 18456, 4060, 976 …
};

/// What tds/ has to know of the server before a login.
struct ServerIdentity {
  std::string name{};                        ///< @@SERVERNAME
  int major = 16, minor = 0, build = 4185;   ///< of the login answer and PRELOGIN
  std::string certificate_pem{}, key_pem{};  ///< what is shown at the handshake; empty = one of its own making
};

/// One SQL Server process.
class Instance {
 public:
  virtual ~Instance() = default;
  virtual ServerIdentity identity() const = 0;
  virtual LoginAnswer login(const LoginRequest& request) = 0;
  /// Whether the process stands still (SIGSTOP, the fault freeze): connections are taken, nothing is answered.
  virtual bool frozen() const = 0;
};

}  // namespace dba::sandbox::sqlserver
