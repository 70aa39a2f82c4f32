#include "database_input.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/apply_service.hpp"
#include "dba/mssql/database_rules.hpp"
#include "dba/mssql/database_spec.hpp"
#include "dba/mssql/marks.hpp"
#include "dba/mssql/names.hpp"
#include "dba/platform/files.hpp"

namespace dba::cli {

namespace {

bool is_database(const Json& object) {
  return codec::string_at(object, {"apiVersion"}) == mssql::kApiVersion &&
         codec::string_at(object, {"kind"}) == mssql::kKind;
}

std::string describe(const Json& object) {
  return fmt::format("{} \"{}\"", codec::string_at(object, {"kind"}, "an object without a kind"),
                     codec::name_of(object));
}

class InputReader {
 public:
  InputReader(DatabaseFlags flags, const InputRules& rules, std::string_view verb, AppContext& context)
      : flags_(std::move(flags)), rules_(rules), verb_(verb), context_(context) {}

  DatabaseInput run() {
    complete_options();
    read_file();
    if (!base_ && flags_.database.name.empty()) {
      check_nothing_to_lay_over();
      return std::move(input_);
    }
    add(build());
    return std::move(input_);
  }

 private:
  /// What counts as typed although it stands elsewhere.
  void complete_options() {
    mssql::DatabaseOptions& options = flags_.database;
    options.ns = context_.global.connection.ns;
    if (context_.environment.get("ACCEPT_EULA") == "Y") options.accept_eula = true;
    if (flags_.config_file) options.config_text = platform::read_file(*flags_.config_file);
  }

  void read_file() {
    if (!flags_.file) return;
    const bool is_stdin = *flags_.file == "-";
    if (is_stdin) context_.stdin_is_taken = true;
    source_ = is_stdin ? "STDIN" : *flags_.file;
    documents_ = codec::parse_documents(
        is_stdin ? platform::read_stdin(context_.stop) : platform::read_file(*flags_.file), source_);
    if (documents_.empty()) throw usage_error(fmt::format("{} holds no object", source_));
    Problems problems;
    for (std::size_t i = 0; i < documents_.size(); ++i) sort_in(i, problems);
    problems.throw_if_any(fmt::format("cannot {} what {} holds", verb_, source_), ExitCode::usage,
                          fits_apply() ? fmt::format("kubectl dba mssql apply -f {}", *flags_.file) : "");
  }

  /// One database and what it needs: too much for this command, but not for apply.
  bool fits_apply() const {
    const auto databases = std::ranges::count_if(
        documents_, [](const codec::Document& document) { return is_database(document.value()); });
    const auto companions = std::ranges::count_if(
        documents_, [](const codec::Document& document) { return mssql::may_accompany(document.value()); });
    return !rules_.companions && databases <= 1 && databases + companions == std::ssize(documents_);
  }

  void sort_in(std::size_t index, Problems& problems) {
    const Json& object = documents_[index].value();
    check_namespace(object);
    if (is_database(object) && base_) {
      problems.add("", fmt::format("it holds more than one database: {}, {}; give one at a time",
                                   describe(documents_[*base_].value()), describe(object)));
    } else if (is_database(object)) {
      base_ = index;
      input_.database = input_.objects.size();
      input_.objects.emplace_back();
    } else if (rules_.companions && mssql::may_accompany(object)) {
      input_.objects.push_back(object);
    } else {
      problems.add(
          "", fmt::format("{} of {} is not for this command, which takes one MSSQLServer of {}{}", describe(object),
                          codec::string_at(object, {"apiVersion"}, "no apiVersion"), mssql::kApiVersion,
                          rules_.companions ? " and the namespaces, secrets, config maps, services and issuers "
                                              "that it needs"
                                            : ""));
    }
  }

  /// @source kubectl's builder RequireNamespace: its words.
  void check_namespace(const Json& object) const {
    const std::string theirs = codec::namespace_of(object);
    const std::optional<std::string>& ours = flags_.database.ns;
    if (!ours || theirs.empty() || theirs == *ours) return;
    throw usage_error(
        fmt::format("the namespace from the provided object \"{}\" does not match the namespace \"{}\". You must pass "
                    "'--namespace={}' to perform this operation.",
                    theirs, *ours, theirs));
  }

  /// Flags without a database to lay them over would be lost without a word.
  void check_nothing_to_lay_over() {
    if (!flags_.file) throw usage_error("NAME is missing (or -f FILE with an object that has a name)");
    if (!rules_.companions) throw usage_error(fmt::format("{} holds no MSSQLServer", source_));
    const std::vector<Flag> known = database_flags(flags_);
    for (const FlagDefault& typed : context_.typed) {
      const bool shapes_database =
          typed.flag != "file" && std::ranges::any_of(known, [&](const Flag& flag) { return flag.name == typed.flag; });
      if (shapes_database)
        throw usage_error(fmt::format("--{}: {} holds no MSSQLServer it could be laid over, and no NAME is given",
                                      typed.flag, source_));
    }
  }

  Json build() {
    Json base = Json::object();
    if (base_) {
      base = documents_[*base_].value();
      mssql::remove_marks(base);
    }
    mssql::Notices notices;
    Json database = mssql::build_database(flags_.database, base_ ? &base : nullptr, notices);
    const mssql::Findings findings = mssql::check_database(database, rules_.version_required);
    throw_errors(findings);
    for (const std::string& notice : notices) context_.io.note(notice);
    for (const std::string& line : findings.warning_lines()) context_.io.warn(line);
    return database;
  }

  /// Like Findings::throw_if_errors, with the line of the file that a field stands on.
  void throw_errors(const mssql::Findings& findings) const {
    Problems problems;
    for (const mssql::Finding& finding : findings.all()) {
      if (finding.severity == mssql::Severity::error)
        problems.add(mssql::place_of(finding), finding.message + line_of(finding.path));
    }
    problems.throw_if_any(fmt::format("cannot {} this database", verb_));
  }

  std::string line_of(const std::string& path) const {
    if (!base_) return {};
    const auto& lines = documents_[*base_].lines;
    const auto found = lines.find(path);
    return found == lines.end() ? "" : fmt::format(" ({}:{})", source_, found->second);
  }

  void add(Json database) {
    if (!input_.database) {
      input_.database = input_.objects.size();
      input_.objects.emplace_back();
    }
    input_.get_database() = std::move(database);
  }

  DatabaseFlags flags_;
  const InputRules& rules_;
  std::string_view verb_;
  AppContext& context_;
  std::string source_{};
  std::vector<codec::Document> documents_{};
  std::optional<std::size_t> base_{};
  DatabaseInput input_{};
};

}  // namespace

DatabaseInput read_database_input(DatabaseFlags flags, const InputRules& rules, std::string_view verb,
                                  AppContext& context) {
  return InputReader(std::move(flags), rules, verb, context).run();
}

void fill_namespaces(DatabaseInput& input, std::string_view ns) {
  for (Json& object : input.objects) {
    const kube::ResourceType* type =
        kube::find_resource(codec::string_at(object, {"apiVersion"}), codec::string_at(object, {"kind"}));
    if (type != nullptr && type->namespaced && codec::namespace_of(object).empty())
      object["metadata"]["namespace"] = ns;
    if (is_database(object)) object = mssql::in_written_order(object);
  }
}

}  // namespace dba::cli
