#pragma once
// What is wrong with the shape of a command line, all of it at once, in words.

#include <string>
#include <string_view>
#include <vector>

#include "command_line.hpp"

namespace dba::cli {

/// Unknown command and flags with the nearest known ones, missing values, missing and surplus arguments, missing
/// required flags; one line each. Values themselves are not looked at.
std::vector<std::string> shape_problems(const CommandLine& line);

/// `unknown command "creat" for "kubectl dba mssql"; did you mean "create"?`
std::string unknown_command_text(const std::vector<const Command*>& path, std::string_view typed);

}  // namespace dba::cli
