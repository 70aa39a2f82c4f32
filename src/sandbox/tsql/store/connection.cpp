#include "tsql/store/connection.hpp"

#include <utility>

#include <fmt/format.h>
#include <sqlite3.h>

#include "dba/base/text.hpp"

#include "tsql/types/collation.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/types/decimal.hpp"
#include "tsql/types/moment.hpp"
#include "tsql/types/type_rules.hpp"

namespace dba::sandbox::sqlserver {
namespace {

Value value_of(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_INTEGER:
      return std::int64_t{sqlite3_value_int64(value)};
    case SQLITE_FLOAT:
      return sqlite3_value_double(value);
    case SQLITE_NULL:
      return std::monostate{};
    default: {
      const void* bytes = sqlite3_value_blob(value);
      const auto size = static_cast<std::size_t>(sqlite3_value_bytes(value));
      return bytes == nullptr ? std::string() : std::string(static_cast<const char*>(bytes), size);
    }
  }
}

void give(sqlite3_context* context, const Value& value, bool bytes) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return sqlite3_result_int64(context, *integer);
  if (const auto* number = std::get_if<double>(&value)) return sqlite3_result_double(context, *number);
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return sqlite3_result_null(context);
  if (bytes) return sqlite3_result_blob64(context, text->data(), text->size(), SQLITE_TRANSIENT);
  sqlite3_result_text64(context, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
}

std::string_view view(int size, const void* bytes) {
  return {static_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

int compare_texts(void*, int size_a, const void* a, int size_b, const void* b) {
  return tsql::compare_text(view(size_a, a), view(size_b, b));
}

int sign(std::strong_ordering order) { return order < 0 ? -1 : order > 0 ? 1 : 0; }

int compare_decimals(void*, int size_a, const void* a, int size_b, const void* b) {
  const auto x = tsql::parse_decimal(view(size_a, a)), y = tsql::parse_decimal(view(size_b, b));
  return sign(x.value_or(tsql::Decimal{}) <=> y.value_or(tsql::Decimal{}));
}

/// Points in time with an offset: by UTC.
int compare_offsets(void*, int size_a, const void* a, int size_b, const void* b) {
  const auto utc = [](std::string_view text) {
    const tsql::Moment moment = tsql::parse_moment(text).value_or(tsql::Moment{});
    return std::pair(moment.days * 1440 - moment.offset + moment.ticks / (60 * tsql::kTicksPerSecond),
                     moment.ticks % (60 * tsql::kTicksPerSecond));
  };
  return sign(utc(view(size_a, a)) <=> utc(view(size_b, b)));
}

}  // namespace

/// What SQLite calls back; exceptions are kept and thrown again by step().
struct Callbacks {
  static Connection& connection(sqlite3_context* context) {
    return *static_cast<Connection*>(sqlite3_user_data(context));
  }

  template <typename Work>
  static void guard(sqlite3_context* context, Work work) {
    try {
      work();
    } catch (...) {
      connection(context).thrown_ = std::current_exception();
      sqlite3_result_error(context, "thrown", -1);
    }
  }

  struct Call {
    int number;
    Type type;
    std::vector<Value> args;
  };

  static Call read(int count, sqlite3_value** values) {
    Call call{sqlite3_value_int(values[count - 2]), tsql::type_of_code(sqlite3_value_int64(values[count - 1])), {}};
    call.args.reserve(static_cast<std::size_t>(count - 2));
    for (int i = 0; i < count - 2; ++i) call.args.push_back(value_of(values[i]));
    return call;
  }

  /// value -> 'number,type,integers…'
  static void postfix(sqlite3_context* context, int, sqlite3_value** values) {
    guard(context, [&] {
      std::vector<std::int64_t> numbers;
      const Value text = value_of(values[1]);
      for (const std::string& part : split(std::get<std::string>(text), ',')) numbers.push_back(std::stoll(part));
      const Type type = tsql::type_of_code(numbers.at(1));
      std::vector<Value> args(numbers.begin() + 2, numbers.end());
      args.push_back(value_of(values[0]));
      give(context, connection(context).functions_->call(static_cast<int>(numbers[0]), type, args),
           tsql::is_bytes(type));
    });
  }

  static void scalar(sqlite3_context* context, int count, sqlite3_value** values) {
    guard(context, [&] {
      const Call call = read(count, values);
      give(context, connection(context).functions_->call(call.number, call.type, call.args), tsql::is_bytes(call.type));
    });
  }

  struct Running {
    std::unique_ptr<Aggregate> aggregate{};
    bool bytes = false;
  };

  /// What SQLite keeps for a group of rows, all zeros at first.
  struct Place {
    Running* running;
  };

  static Running*& running(sqlite3_context* context) {
    return static_cast<Place*>(sqlite3_aggregate_context(context, sizeof(Place)))->running;
  }

  static void step(sqlite3_context* context, int count, sqlite3_value** values) {
    guard(context, [&] {
      const Call call = read(count, values);
      Running*& state = running(context);
      if (state == nullptr) {
        state =
            new Running{connection(context).functions_->aggregate(call.number, call.type), tsql::is_bytes(call.type)};
      }
      state->aggregate->add(call.args);
    });
  }

  static void inverse(sqlite3_context* context, int count, sqlite3_value** values) {
    guard(context, [&] { running(context)->aggregate->remove(read(count, values).args); });
  }

  static void current(sqlite3_context* context) {
    guard(context, [&] {
      if (const Running* state = running(context)) give(context, state->aggregate->value(), state->bytes);
    });
  }

  static void last(sqlite3_context* context) {
    const std::unique_ptr<Running> state(std::exchange(running(context), nullptr));
    guard(context, [&] {
      if (state) give(context, state->aggregate->value(), state->bytes);
    });
  }

  static int progress(void* self) {
    const auto& wanted = static_cast<Connection*>(self)->interrupt_;
    return wanted && wanted() ? 1 : 0;
  }
};

Connection::Connection(const std::string& address) {
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_URI | SQLITE_OPEN_NOMUTEX;
  if (sqlite3_open_v2(address.c_str(), &handle_, flags, nullptr) != SQLITE_OK) {
    const std::string text = sqlite3_errmsg(handle_);
    sqlite3_close(handle_);
    throw StoreError(text);
  }
  constexpr int kPure = SQLITE_UTF8 | SQLITE_DETERMINISTIC;
  sqlite3_create_function(handle_, "f", -1, kPure, this, &Callbacks::scalar, nullptr, nullptr);
  sqlite3_create_function(handle_, "v", -1, SQLITE_UTF8, this, &Callbacks::scalar, nullptr, nullptr);
  sqlite3_create_function(handle_, "->", 2, kPure, this, &Callbacks::postfix, nullptr, nullptr);
  sqlite3_create_window_function(handle_, "a", -1, kPure, this, &Callbacks::step, &Callbacks::last, &Callbacks::current,
                                 &Callbacks::inverse, nullptr);
  sqlite3_create_collation(handle_, "CI", SQLITE_UTF8, nullptr, &compare_texts);
  sqlite3_create_collation(handle_, "DEC", SQLITE_UTF8, nullptr, &compare_decimals);
  sqlite3_create_collation(handle_, "DTO", SQLITE_UTF8, nullptr, &compare_offsets);
}

Connection::~Connection() { sqlite3_close_v2(handle_); }

void Connection::set_interrupt(std::function<bool()> wanted) {
  interrupt_ = std::move(wanted);
  constexpr int kSteps = 2000;
  sqlite3_progress_handler(handle_, kSteps, interrupt_ ? &Callbacks::progress : nullptr, this);
}

void Connection::fail(std::string_view doing) {
  if (thrown_) std::rethrow_exception(std::exchange(thrown_, nullptr));
  if (sqlite3_errcode(handle_) == SQLITE_INTERRUPT) throw Interrupted();
  throw StoreError(fmt::format("{} in {}", sqlite3_errmsg(handle_), doing.substr(0, 300)));
}

void Connection::execute(std::string_view sql) {
  while (!sql.empty()) {
    sqlite3_stmt* statement = nullptr;
    const char* rest = nullptr;
    if (sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, &rest) != SQLITE_OK)
      fail(sql);
    sql.remove_prefix(static_cast<std::size_t>(rest - sql.data()));
    if (statement == nullptr) continue;
    Prepared prepared(*this, statement);
    while (prepared.step()) {
    }
  }
}

Prepared Connection::prepare(std::string_view sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_, sql.data(), static_cast<int>(sql.size()), &statement, nullptr) != SQLITE_OK)
    fail(sql);
  return {*this, statement};
}

bool Connection::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

void Connection::copy_from(Connection& source) {
  sqlite3_backup* backup = sqlite3_backup_init(handle_, "main", source.handle_, "main");
  if (backup == nullptr) fail("copy");
  sqlite3_backup_step(backup, -1);
  if (sqlite3_backup_finish(backup) != SQLITE_OK) fail("copy");
}

Prepared::Prepared(Connection& connection, sqlite3_stmt* statement) : connection_(&connection), statement_(statement) {}
Prepared::Prepared(Prepared&& other) noexcept
    : connection_(other.connection_), statement_(std::exchange(other.statement_, nullptr)) {}
Prepared::~Prepared() { sqlite3_finalize(statement_); }

int Prepared::parameters() const { return sqlite3_bind_parameter_count(statement_); }
int Prepared::columns() const { return sqlite3_column_count(statement_); }

void Prepared::bind(int from_one, const Value& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) {
    sqlite3_bind_int64(statement_, from_one, *integer);
  } else if (const auto* number = std::get_if<double>(&value)) {
    sqlite3_bind_double(statement_, from_one, *number);
  } else if (const auto* text = std::get_if<std::string>(&value)) {
    sqlite3_bind_text64(statement_, from_one, text->data(), text->size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  } else {
    sqlite3_bind_null(statement_, from_one);
  }
}

void Prepared::bind_all(std::span<const Value> values) {
  int place = 0;
  for (const Value& value : values) bind(++place, value);
}

bool Prepared::step() {
  const int result = sqlite3_step(statement_);
  if (result == SQLITE_ROW) return true;
  if (result != SQLITE_DONE) connection_->fail("step");
  return false;
}

void Prepared::reset() { sqlite3_reset(statement_); }

Value Prepared::value(int from_zero) const { return value_of(sqlite3_column_value(statement_, from_zero)); }

std::string quoted_identifier(std::string_view name) {
  std::string quoted = "\"";
  for (const char c : name) quoted.append(c == '"' ? 2 : 1, c);
  return quoted + "\"";
}

std::string quoted_bytes(std::string_view bytes) { return "X'" + tsql::hex_text(bytes) + "'"; }

std::string quoted_text(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return "CAST(" + quoted_bytes(text) + " AS TEXT)";
  std::string quoted = "'";
  for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
  return quoted + "'";
}

}  // namespace dba::sandbox::sqlserver
