#pragma once
// Flags that more than one program of the house has, under one name with one meaning.

#include <string>
#include <vector>

#include "dba/cli/context.hpp"
#include "dba/cli/spec.hpp"

namespace dba::cli {

/// The flags every command takes: kubectl's connection flags under kubectl's names, and how we talk.
/// @source kubectl's persistent flags: names, short forms and meanings.
std::vector<Flag> global_flags(GlobalOptions& global);

/// The --output flag of a command. @param forms what the help names, e.g. {"json", "yaml", "name"}; not a closed set,
/// since `jsonpath=…` takes an argument: hand the text to output::parse_format with the same forms.
Flag output_flag(std::string& output, const std::vector<std::string>& forms);

/// Joins lists of flags into one, in order.
std::vector<Flag> join_flags(std::vector<Flag> first, std::vector<Flag> second);

}  // namespace dba::cli
