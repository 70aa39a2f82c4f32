#pragma once
// The files of completions/, taken into the binary when it is built.

#include <string_view>

namespace dba::cli::embedded {

extern const std::string_view bash, zsh, fish, kubectl;

}  // namespace dba::cli::embedded
