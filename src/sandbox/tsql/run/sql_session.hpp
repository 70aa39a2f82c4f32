#pragma once
// A session: the statements of its batches run one after the other. Split over several files by what they are about.

#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "dba/platform/clock.hpp"

#include "tsql/errors.hpp"
#include "tsql/functions/runtime.hpp"
#include "tsql/host.hpp"
#include "tsql/run/answer.hpp"
#include "tsql/run/session_state.hpp"
#include "tsql/run/table_definition.hpp"
#include "tsql/run/workspace.hpp"
#include "tsql/session_record.hpp"
#include "tsql/store/connection.hpp"
#include "tsql/store/store.hpp"
#include "tsql/syntax/ast.hpp"
#include "tsql/translate/binder.hpp"
#include "tsql/translate/catalog.hpp"

namespace dba::sandbox::sqlserver::tsql {

class SqlSession final : public Session, private Catalog, private Environment {
 public:
  SqlSession(Host& host, Store& store, platform::Clock& clock, std::shared_ptr<SessionRecord> record);

  void run(const Request& request, ResultSink& sink, const std::stop_token& cancel) override;
  void begin(ResultSink& sink) override;
  void commit(ResultSink& sink, bool begin_next) override;
  void roll_back(ResultSink& sink, bool begin_next) override;
  void reset() override;
  std::string database() const override { return record_->database(); }
  int spid() const override { return record_->spid(); }
  std::optional<Message> killed() const override { return record_->killed(); }

 private:
  enum class Flow { next, break_loop, continue_loop, leave };

  /// A table that can be changed.
  struct Target {
    std::string database{};  ///< Empty: temporary.
    std::string schema{};    ///< What its database is attached as.
    TableDefinition table{};
    std::string label{};  ///< "dbo.orders", as messages show it
    std::string sql() const;
  };

  // ---- batches (sql_session.cpp)
  void guarded(ResultSink& sink, const std::stop_token& cancel, const std::function<void()>& work);
  void run_text(const std::string& text, const std::vector<std::string>& declared);
  void run_parameters(const Request& request);
  void drop_table_variables();
  void finish_batch();
  Flow run_all(const Statements& statements);
  Flow run_one(const Statement& statement);
  Flow failed(SqlError error, const Statement& statement);
  void clean_up_statement();
  Answer& answer() { return *answer_; }
  void tell(const Message& message);
  void done(std::optional<std::int64_t> count = {});
  void counted(std::int64_t rows);  ///< done() with a count, and @@ROWCOUNT

  // ---- control (control.cpp)
  Flow execute(const Statement& statement);
  Flow run_if(const If& branch);
  Flow run_while(const While& loop);
  Flow run_try(const TryCatch& both);
  void run_declare(const Declare& declare);
  void run_set(const SetVariable& set);
  void run_option(const SetOption& option);
  void set_switch(const std::string& name, const std::string& value);
  void run_use(const Use& use);
  void run_print(const Print& print);
  void run_raise(const RaiseError& raise);
  void run_throw(const Throw& raised);
  void run_wait(const WaitFor& wait);
  bool holds(const Expr& condition);
  Value evaluate(const Expr& expr, Type& type);
  Value evaluate_as(const Expr& expr, const Type& type);
  void assign(const std::string& name, const Value& value);

  // ---- transactions (transactions.cpp)
  void begin_transaction();
  void commit_transaction();
  void roll_back_transaction(const std::string& name);
  void save_transaction(const std::string& name);
  void flush_changes();           ///< Commits what an autocommitted statement did.
  void discard();                 ///< Rolls back whatever there is, without a word.
  void check_not_doomed() const;  ///< @throws SqlError 3930
  void before_change();           ///< 3930; implicit transactions

  // ---- queries (queries.cpp)
  void run_select(const SelectStatement& statement);
  void assign_rows(const BoundQuery& bound);
  std::int64_t send_rows(const BoundQuery& bound);
  void select_into(const Query& query, const ObjectName& into);
  std::vector<std::vector<Value>> fetch(const std::string& sql, std::span<const Type> types);

  // ---- changes (insert.cpp, update.cpp, target.cpp)
  class AffectedRows;
  class RowWriter;
  class OutputRows;
  Target target(const ObjectName& name);
  template <typename Work>
  std::int64_t atomically(Work work);  ///< All of it or nothing; then committed unless a transaction is open.
  void run_insert(const Insert& insert);
  std::vector<std::vector<Value>> rows_to_insert(const Insert& insert, const Target& target);
  std::int64_t insert_rows(const Insert& insert, const Target& target, std::vector<std::vector<Value>> rows);
  std::vector<std::size_t> insert_columns(const Insert& insert, const Target& target) const;
  void run_update(const Update& update);
  void run_delete(const Delete& statement);
  void run_truncate(const Truncate& truncate);
  std::string limit_sql(Binder& binder, const ExprPtr& top) const;
  Target changed_target(const RowChange& change);
  void set_columns(const Update& update, AffectedRows& rows, const Target& target, std::vector<Bound>& values,
                   std::vector<std::pair<std::string, std::size_t>>& variables);
  Bound default_of(const TableColumn& column, Binder& binder) const;

  // ---- definitions (definitions.cpp)
  void run_create(const CreateTable& create);
  void create_table(const ObjectName& name, TableElements elements);
  void run_drop(const DropTable& drop);
  void run_alter(const AlterTable& alter);
  void add_to_table(Target& target, const AlterTable& alter);
  void drop_from_table(Target& target, const AlterTable& alter);
  void run_create_index(const CreateIndex& create);
  void run_drop_index(const DropIndex& drop);
  void run_create_database(const CreateDatabase& create);
  void run_drop_database(const DropDatabase& drop);
  [[noreturn]] void run_fail_over(const FailOver& over);
  void add_index(const Target& target, const KeyDefinition& key);
  void save_definition(const Target& target);
  void check_unique(const Target& target, const KeyDefinition& key);  ///< @throws SqlError 1505

  // ---- procedures (procedures.cpp)
  void run_execute(const Execute& execute);
  void run_procedure(const std::string& name, const Execute& execute);
  void execute_sql(const std::vector<Argument>& args);
  void run_dynamic(const std::string& text, Variables variables, Variables* after);

  // ---- Catalog (names.cpp, values.cpp)
  Relation relation(const ObjectName& name) override;
  std::optional<Type> variable_type(std::string_view name) const override;
  Value variable(std::string_view name) const override;
  Moment now() const override { return now_; }
  std::optional<Value> server_property(std::string_view name) const override { return host_.server_property(name); }
  Value system_value(std::string_view name, std::span<const Value> args) override;
  std::uint64_t random() override { return random_(); }

  std::string database_of(const ObjectName& name) const;
  void check_access(const std::string& database, Access access) const;
  Relation load_view(const Table& view);
  Relation view(const ObjectName& name, const std::string& full_name);
  std::optional<Table> own_view(const std::string& name, const std::string& database);
  Value global(std::string_view name) const;
  Value object_id(std::string_view name);
  Value object_name(std::int64_t id, bool schema);
  Value column_length(std::string_view table, std::string_view column);
  Value database_value(std::string_view name, std::span<const Value> args);
  Value error_value(std::string_view name) const;
  Value database_property(std::string_view database, std::string_view property);
  bool is_database(std::string_view name) const;

  Host& host_;
  Store& store_;
  platform::Clock& clock_;
  std::shared_ptr<SessionRecord> record_;
  RuntimeFunctions functions_;
  Connection connection_;
  Workspace workspace_;
  std::mt19937_64 random_;

  Settings settings_{};
  Variables variables_{};
  std::set<std::string> table_variables_{};       ///< Of this batch, in lower case.
  std::map<std::string, std::string> context_{};  ///< sp_set_session_context
  std::vector<std::string> scratch_{};            ///< Tables views were loaded into for the statement.
  Answer* answer_ = nullptr;
  Moment now_{};
  std::int64_t row_count_ = 0, last_error_ = 0;
  Value identity_{};
  int transactions_ = 0;  ///< @@TRANCOUNT
  bool doomed_ = false;
  std::uint64_t descriptor_ = 0;
  int tries_ = 0, nesting_ = 0;
  std::vector<Message> caught_{};  ///< What the CATCH blocks around are about.
};

}  // namespace dba::sandbox::sqlserver::tsql
