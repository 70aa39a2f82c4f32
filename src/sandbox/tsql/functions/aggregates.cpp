#include <algorithm>
#include <array>
#include <deque>
#include <set>

#include "tsql/errors.hpp"
#include "tsql/functions/arithmetic.hpp"
#include "tsql/functions/runtime.hpp"
#include "tsql/store/connection.hpp"
#include "tsql/types/collation.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/types/decimal.hpp"
#include "tsql/types/type_rules.hpp"
#include "tsql/values.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

/// The type sums are kept in: whole numbers in 64 bits, the rest as the result.
Type sum_type(const Type& result) {
  return is_integer(result) ? kBigInt
         : is_exact(result) ? Type{.id = TypeId::decimal, .precision = 38, .scale = as_decimal(result).scale}
                            : result;
}

class Sum : public Aggregate {
 public:
  explicit Sum(const Type& result) : result_(result), kept_(sum_type(result)) {}
  void add(std::span<const Value> args) override { count_in('+', 1, args[0]); }
  void remove(std::span<const Value> args) override { count_in('-', -1, args[0]); }
  Value value() const override {
    if (count_ == 0) return {};
    return is_integer(result_) ? checked_integer(integer_of(sum_), result_) : sum_;
  }

 protected:
  std::int64_t count() const { return count_; }
  const Value& sum() const { return sum_; }
  const Type& result() const { return result_; }

 private:
  void count_in(char operation, std::int64_t step, const Value& value) {
    if (is_null(value)) return;
    sum_ = calculate(operation, sum_, value, kept_);
    count_ += step;
  }

  Type result_, kept_;
  Value sum_ = std::int64_t{0};
  std::int64_t count_ = 0;
};

class Average : public Sum {
 public:
  using Sum::Sum;
  Value value() const override {
    if (count() == 0) return {};
    return calculate('/', sum(), is_float(result()) ? Value(static_cast<double>(count())) : Value(count()), result());
  }
};

/// Of every value once. Never in a window.
template <typename Of>
class Distinct final : public Of {
 public:
  using Of::Of;
  void add(std::span<const Value> args) override {
    if (seen_.insert(args[0]).second) Of::add(args);
  }

 private:
  std::set<Value> seen_{};
};

/// A subquery that stands for one value: more are an error.
class Single final : public Aggregate {
 public:
  void add(std::span<const Value> args) override {
    if (found_) {
      fail(512,
           "Subquery returned more than 1 value. This is not permitted when the subquery follows =, !=, <, <= , >, >= "
           "or when the subquery is used as an expression.");
    }
    found_ = args[0];
  }
  void remove(std::span<const Value>) override { found_.reset(); }
  Value value() const override { return found_.value_or(Value{}); }

 private:
  std::optional<Value> found_{};
};

/// args: value, separator, then pairs of a key's type (negative: descending) and the key.
class StringAgg final : public Aggregate {
 public:
  void add(std::span<const Value> args) override {
    if (is_null(args[0])) return;
    Item item{text_of(args[0]), {}};
    separator_ = is_null(args[1]) ? "" : text_of(args[1]);
    for (std::size_t i = 2; i + 1 < args.size(); i += 2) item.keys.push_back({integer_of(args[i]), args[i + 1]});
    items_.push_back(std::move(item));
  }
  void remove(std::span<const Value>) override { items_.pop_front(); }

  Value value() const override {
    if (items_.empty()) return {};
    std::vector<const Item*> order;
    for (const Item& item : items_) order.push_back(&item);
    std::ranges::stable_sort(order, [](const Item* a, const Item* b) { return before(*a, *b); });
    std::string out;
    for (const Item* item : order) out += (item == order.front() ? "" : separator_) + item->text;
    return out;
  }

 private:
  struct Key {
    std::int64_t type;
    Value value;
  };
  struct Item {
    std::string text;
    std::vector<Key> keys;
  };

  static int compare(const Key& a, const Key& b) {
    if (is_null(a.value) || is_null(b.value)) return int{is_null(b.value)} - int{is_null(a.value)};
    const Type type = type_of_code(std::abs(a.type));
    if (is_text(type)) return compare_text(text_of(a.value), text_of(b.value));
    if (is_exact(type)) {
      const auto x = parse_decimal(text_of(a.value)), y = parse_decimal(text_of(b.value));
      return *x < *y ? -1 : *x > *y ? 1 : 0;
    }
    return a.value < b.value ? -1 : a.value > b.value ? 1 : 0;
  }

  static bool before(const Item& a, const Item& b) {
    for (std::size_t i = 0; i < a.keys.size(); ++i) {
      const int order = compare(a.keys[i], b.keys[i]);
      if (order != 0) return a.keys[i].type < 0 ? order > 0 : order < 0;
    }
    return false;
  }

  std::deque<Item> items_{};
  std::string separator_{};
};

template <typename Kind>
std::unique_ptr<Aggregate> typed(const Type& result) {
  return std::make_unique<Kind>(result);
}
template <typename Kind>
std::unique_ptr<Aggregate> plain(const Type&) {
  return std::make_unique<Kind>();
}

}  // namespace

std::span<const AggregateFunction> aggregate_functions() {
  static constexpr auto kAll = std::to_array<AggregateFunction>({
      {"sum", &typed<Sum>},
      {"avg", &typed<Average>},
      {"sum_distinct", &typed<Distinct<Sum>>},
      {"avg_distinct", &typed<Distinct<Average>>},
      {"string_agg", &plain<StringAgg>},
      {"single", &plain<Single>},
  });
  return kAll;
}

}  // namespace dba::sandbox::sqlserver::tsql
