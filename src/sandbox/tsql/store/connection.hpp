#pragma once
// SQLite, as the rest sees it: a connection with T-SQL's functions and collations, and statements with Values.
// A connection belongs to one thread at a time.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "tds/session.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace dba::sandbox::sqlserver {

/// An aggregate function under way.
class Aggregate {
 public:
  virtual ~Aggregate() = default;
  virtual void add(std::span<const Value> args) = 0;
  virtual void remove(std::span<const Value> args) = 0;  ///< Leaves a window.
  virtual Value value() const = 0;
};

/// What SQL calls: f(…, number, type) and v(…, number, type), the second for what may differ at every call, the
/// aggregate a(…, number, type), and `value -> 'number,type,integers…'` for a function of integers and then the value:
/// SQLite's parser nests no deeper than a hundred words, and what stands behind nests not at all.
/// May throw; the exception comes out of step().
class Functions {
 public:
  virtual ~Functions() = default;
  virtual Value call(int number, const Type& result, std::span<const Value> args) = 0;
  virtual std::unique_ptr<Aggregate> aggregate(int number, const Type& result) = 0;
};

/// SQLite's own complaint: a fault of the translation, never of the user.
class StoreError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The statement was told to stop.
class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

class Prepared {
 public:
  Prepared(Prepared&& other) noexcept;
  Prepared& operator=(Prepared&&) = delete;
  ~Prepared();
  int parameters() const;
  int columns() const;
  void bind(int from_one, const Value& value);
  void bind_all(std::span<const Value> values);
  /// True: a row is there. @throws StoreError, Interrupted, and what a function threw
  bool step();
  void reset();  ///< To run it again; values stay bound.
  Value value(int from_zero) const;

 private:
  friend class Connection;
  Prepared(class Connection& connection, sqlite3_stmt* statement);
  class Connection* connection_;
  sqlite3_stmt* statement_;
};

class Connection {
 public:
  /// @param address ":memory:", or that of a WriteLease or Snapshot
  explicit Connection(const std::string& address);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void set_functions(Functions* functions) { functions_ = functions; }
  /// Asked often while statements run; true stops them.
  void set_interrupt(std::function<bool()> wanted);
  void execute(std::string_view sql);  ///< Any number of statements, results thrown away.
  Prepared prepare(std::string_view sql);
  bool in_transaction() const;  ///< SQLite has begun one.
  /// Makes this database (main) a copy of another connection's.
  void copy_from(Connection& source);

 private:
  friend class Prepared;
  friend struct Callbacks;
  [[noreturn]] void fail(std::string_view doing);
  sqlite3* handle_ = nullptr;
  Functions* functions_ = nullptr;
  std::function<bool()> interrupt_{};
  std::exception_ptr thrown_{};
};

std::string quoted_identifier(std::string_view name);  ///< "name"
std::string quoted_text(std::string_view text);        ///< 'text', also with zero bytes
std::string quoted_bytes(std::string_view bytes);      ///< X'…'

}  // namespace dba::sandbox::sqlserver
