#include "guard.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fnmatch.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"

namespace dba::cli {

namespace {

bool matches_any(const std::vector<std::string>& globs, std::string_view name) {
  const std::string text(name);
  return std::ranges::any_of(
      globs, [&text](const std::string& glob) { return ::fnmatch(glob.c_str(), text.c_str(), 0) == 0; });
}

}  // namespace

void check_protected(const AppContext& context, std::string_view kube_context, std::string_view ns,
                     const std::optional<std::string>& i_know_this_is) {
  const std::string here = kube_context.empty() ? "in-cluster" : std::string(kube_context);
  if (i_know_this_is) {
    if (*i_know_this_is == here) return;
    throw Error(ExitCode::refused,
                fmt::format("--i-know-this-is={}: the context in use is \"{}\"", *i_know_this_is, here));
  }
  const bool by_context = matches_any(context.settings.protected_contexts, here);
  if (!by_context && !matches_any(context.settings.protected_namespaces, ns)) return;
  throw Error(ErrorInfo{
      .code = ExitCode::refused,
      .message = fmt::format("{} \"{}\" is protected: nothing was changed", by_context ? "context" : "namespace",
                             by_context ? here : std::string(ns)),
      .cause = fmt::format("protected by {}", context.settings.file),
      .hint = fmt::format("{} --i-know-this-is={}", context.command_line, shell_quote(here)),
  });
}

void confirm(AppContext& context, std::string_view question, std::string_view word, bool yes) {
  if (yes) return;
  if (!context.interactive || !context.prompter.can_ask()) {
    throw usage_error("this needs to be confirmed by --yes, because stdin and stderr are not both a terminal",
                      context.command_line + " --yes");
  }
  const std::string prompt =
      word.empty() ? fmt::format("{} (y/N): ", question) : fmt::format("{}\nType {} to confirm: ", question, word);
  const std::string answer = trim(context.prompter.ask(prompt));
  const bool agreed = word.empty() ? answer == "y" || answer == "Y" || to_lower(answer) == "yes" : answer == word;
  if (!agreed) throw Error(ExitCode::refused, "it was not confirmed: nothing was changed");
}

}  // namespace dba::cli
