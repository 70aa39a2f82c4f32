#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/names.hpp"
#include "tsql/run/sql_session.hpp"
#include "tsql/types/common_types.hpp"
#include "tsql/types/convert.hpp"
#include "tsql/types/type_rules.hpp"
#include "tsql/values.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

template <typename... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <typename... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

SqlSession::Flow SqlSession::execute(const Statement& statement) {
  Flow flow = Flow::next;
  std::visit(Overloaded{
                 [&](const SelectStatement& select) { run_select(select); },
                 [&](const Insert& insert) { run_insert(insert); },
                 [&](const Update& update) { run_update(update); },
                 [&](const Delete& delete_from) { run_delete(delete_from); },
                 [&](const Truncate& truncate) { run_truncate(truncate); },
                 [&](const CreateTable& create) { run_create(create); },
                 [&](const DropTable& drop) { run_drop(drop); },
                 [&](const AlterTable& alter) { run_alter(alter); },
                 [&](const CreateIndex& create) { run_create_index(create); },
                 [&](const DropIndex& drop) { run_drop_index(drop); },
                 [&](const CreateDatabase& create) { run_create_database(create); },
                 [&](const DropDatabase& drop) { run_drop_database(drop); },
                 [&](const FailOver& over) { run_fail_over(over); },
                 [&](const Declare& declare) { run_declare(declare); },
                 [&](const SetVariable& set) { run_set(set); },
                 [&](const SetOption& option) { run_option(option); },
                 [&](const Use& use) { run_use(use); },
                 [&](const BeginTransaction&) { begin_transaction(), done(); },
                 [&](const CommitTransaction&) { commit_transaction(), done(); },
                 [&](const RollbackTransaction& rollback) { roll_back_transaction(rollback.name), done(); },
                 [&](const SaveTransaction& save) { save_transaction(save.name), done(); },
                 [&](const Block& block) { flow = run_all(block.body); },
                 [&](const If& branch) { flow = run_if(branch); },
                 [&](const While& loop) { flow = run_while(loop); },
                 [&](const Break&) { flow = Flow::break_loop; },
                 [&](const Continue&) { flow = Flow::continue_loop; },
                 [&](const Return& leave) {
                   if (leave.value) evaluate_as(*leave.value, kInt);
                   flow = Flow::leave;
                 },
                 [&](const TryCatch& both) { flow = run_try(both); },
                 [&](const Print& print) { run_print(print); },
                 [&](const Throw& raised) { run_throw(raised); },
                 [&](const RaiseError& raise) { run_raise(raise); },
                 [&](const WaitFor& wait) { run_wait(wait); },
                 [&](const Execute& procedure) { run_execute(procedure); },
             },
             statement.what);
  return flow;
}

Value SqlSession::evaluate(const Expr& expr, Type& type) {
  Binder binder(*this);
  const Bound bound = binder.expression(expr, {});
  type = bound.type;
  const Type types[] = {type};
  Value value = fetch("SELECT " + bound.sql, types).at(0).at(0);
  clean_up_statement();
  return value;
}

Value SqlSession::evaluate_as(const Expr& expr, const Type& type) {
  Binder binder(*this);
  const Type types[] = {type};
  Value value = fetch("SELECT " + converted(binder.expression(expr, {}), type).sql, types).at(0).at(0);
  clean_up_statement();
  return value;
}

bool SqlSession::holds(const Expr& condition) {
  Binder binder(*this);
  const Type types[] = {kInt};
  const Value value = fetch("SELECT " + binder.condition(condition, {}), types).at(0).at(0);
  clean_up_statement();
  return integer_or_zero(value) != 0;
}

SqlSession::Flow SqlSession::run_if(const If& branch) {
  if (holds(*branch.condition)) return run_one(*branch.then);
  return branch.otherwise ? run_one(*branch.otherwise) : Flow::next;
}

SqlSession::Flow SqlSession::run_while(const While& loop) {
  while (holds(*loop.condition)) {
    const Flow flow = run_one(*loop.body);
    if (flow == Flow::leave) return flow;
    if (flow == Flow::break_loop) break;
  }
  return Flow::next;
}

SqlSession::Flow SqlSession::run_try(const TryCatch& both) {
  ++tries_;
  try {
    const Flow flow = run_all(both.attempt);
    --tries_;
    return flow;
  } catch (const SqlError& error) {
    --tries_;
    caught_.push_back(error.message());
  } catch (...) {
    --tries_;
    throw;
  }
  try {
    const Flow flow = run_all(both.handler);
    caught_.pop_back();
    return flow;
  } catch (...) {
    caught_.pop_back();
    throw;
  }
}

void SqlSession::run_declare(const Declare& declare) {
  for (const Declaration& one : declare.variables) {
    if (one.table) {
      if (table_variables_.insert(to_lower(one.name)).second) create_table({{one.name}, 0}, *one.table);
      continue;
    }
    // In a loop a variable is declared once, but set every time.
    variables_.try_emplace(to_lower(one.name), Variable{one.type, {}});
    if (one.value) assign(one.name, evaluate_as(*one.value, one.type));
  }
}

void SqlSession::assign(const std::string& name, const Value& value) { variables_.at(to_lower(name)).value = value; }

void SqlSession::run_set(const SetVariable& set) {
  const auto found = variables_.find(to_lower(set.name));
  if (found == variables_.end()) fail_undeclared(set.name);
  const Type type = found->second.type;
  if (set.operation.empty()) {
    assign(set.name, evaluate_as(*set.value, type));
  } else {
    Binder binder(*this);
    const Bound right = binder.expression(*set.value, {});
    const Bound left{literal_sql(found->second.value, type), type, true, false};
    const Type result = arithmetic_type(set.operation, type, right.type);
    const std::string args[] = {converted(left, result).sql, converted(right, result).sql};
    const Type types[] = {type};
    assign(set.name,
           fetch("SELECT " + converted({call_sql(set.operation, result, args), result, true, false}, type).sql, types)
               .at(0)
               .at(0));
  }
  row_count_ = 1;
  last_error_ = 0;
}

void SqlSession::run_use(const Use& use) {
  const std::optional<std::string> name = find_name(host_.databases(), use.database);
  if (!name) fail_database(use.database);
  check_access(*name, Access::read);
  record_->set_database(*name);
  answer().database_changed(*name);
  tell({5701, 0, 2, fmt::format("Changed database context to '{}'.", *name), {}, 1});
  done();
}

void SqlSession::run_print(const Print& print) {
  const Value text = evaluate_as(*print.text, kNvarchar);
  tell({0, 0, 1, text_or_empty(text), {}, 1});
  done();
}

void SqlSession::run_wait(const WaitFor& wait) {
  const std::string text = text_or_empty(evaluate_as(*wait.delay, {.id = TypeId::varchar, .length = 30}));
  const std::optional<Moment> moment = parse_moment(text);
  if (!moment || moment->days != tds::kDaysUntil1900) {
    fail(148, fmt::format("Incorrect time syntax in time string '{}' used with WAITFOR.", text), 15);
  }
  std::int64_t ticks = moment->ticks;
  if (wait.until) ticks = (ticks - moment_of(clock_.wall_now()).ticks + kTicksPerDay) % kTicksPerDay;
  clock_.sleep_until(clock_.steady_now() + std::chrono::nanoseconds(ticks * 100), answer().stop());
  answer().check_listening();
  done();
}

}  // namespace dba::sandbox::sqlserver::tsql
