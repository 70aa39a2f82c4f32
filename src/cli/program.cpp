#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "dba/base/text.hpp"
#include "dba/cli/run.hpp"

namespace dba::cli {

Program identify_program(std::string_view argv0) {
  const std::string_view file = argv0.substr(argv0.find_last_of('/') + 1);
  if (!file.starts_with("kubectl-")) return {.name = std::string(file.empty() ? "kubectl-dba" : file)};
  std::vector<std::string> words = split(file, '-');
  const bool as_mssql = words.size() > 2 && words.back() == "mssql";
  for (std::string& word : words) std::replace(word.begin(), word.end(), '_', '-');
  return {.name = join(words, " "), .as_mssql = as_mssql};
}

}  // namespace dba::cli
