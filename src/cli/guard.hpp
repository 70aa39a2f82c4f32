#pragma once
// Guards in front of everything that changes something: places the user called protected, and consent.

#include <optional>
#include <string>
#include <string_view>

#include "dba/cli/context.hpp"

namespace dba::cli {

/// Lets a change pass unless the configuration file protects the context or the namespace and the user has not named
/// the context. Naming another context than the one in use is refused everywhere: the user believes to be elsewhere.
/// @param kube_context    context in use; empty inside a cluster, where it is called "in-cluster"
/// @param i_know_this_is  value of --i-know-this-is
/// @throws Error (refused) naming --i-know-this-is=CONTEXT
void check_protected(const AppContext& context, std::string_view kube_context, std::string_view ns,
                     const std::optional<std::string>& i_know_this_is);

/// Asks until nothing is left to ask: returns when the user agreed.
/// @param question what will happen, ending in "?"; may have several lines
/// @param word     what has to be typed (the object's name); empty = y
/// @param yes      --yes: nothing is asked
/// @throws Error (usage) naming --yes when there is nobody to ask; (refused) when the answer is another one;
///         (interrupted) when the user ended the command.
void confirm(AppContext& context, std::string_view question, std::string_view word, bool yes);

}  // namespace dba::cli
