#pragma once
// What a command that changes objects says about them, and the mark it leaves on them.

#include <string>
#include <string_view>
#include <vector>

#include "dba/cli/context.hpp"
#include "dba/codec/json.hpp"
#include "dba/mssql/change_listener.hpp"
#include "dba/mssql/marks.hpp"
#include "dba/output/format.hpp"

#include "mutation_flags.hpp"

namespace dba::cli {

/// Who does `action`, when and why: the user name the server knows us by, else user@host.
/// @param action as typed: "create", "issuer create"
/// @effects one POST of a SelfSubjectReview; nothing with a dry run, which leaves no mark.
mssql::Mark make_mark(AppContext& context, std::string_view action, const MutationOptions& options);

/// The forms of -o that a command has which changes objects.
const std::vector<std::string>& change_forms();

/// kubectl's success lines as changes happen, or the changed objects in one document at the end. A change that has not
/// reached stdout stands in AppContext::untold.
class ChangeOutput {
 public:
  ChangeOutput(AppContext& context, output::Format format, DryRun dry_run);
  ~ChangeOutput();

  /// Tells notes and warnings on stderr, and every written object. Must not outlive this.
  mssql::ChangeListener listener();
  void written(const Json& object, kube::Change change);
  /// A later state of an object that was written: what the document at the end shows.
  void replace(const Json& object);
  /// Prints the document of -o json|yaml|jsonpath; nothing for the forms that print lines.
  void finish();

 private:
  bool prints_lines() const;

  AppContext& context_;
  output::IoStreams& io_;
  output::Format format_;
  DryRun dry_run_;
  std::vector<Json> objects_;
};

}  // namespace dba::cli
