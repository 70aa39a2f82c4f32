#pragma once
// Follows one object by watch until the caller has seen enough: what every --wait is made of.

#include <functional>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/kube/resource.hpp"
#include "dba/kube/watch.hpp"

namespace dba::mssql {

/// What was never seen is not waited for: with the pauses in between, this is up to eleven seconds. Once it was seen, a
/// watch outlasts any silence.
inline constexpr int kFirstListTries = 4;

enum class Follow { go_on, done };

/// Hands over the object as it is, then after every change; nullptr while it does not exist.
/// @returns true when `on_state` said done; false when `deadline` passed first.
/// @throws ApiError when the object cannot be followed; Error (interrupted) when the client is asked to stop.
bool follow_object(kube::Client& client, const kube::ResourceType& type, std::string_view ns, std::string_view name,
                   platform::SteadyTime deadline, const std::function<Follow(const Json* object)>& on_state);

/// Keeps `objects` as a watch shows them: takes what was added or changed, drops what was deleted. By name, so of one
/// namespace alone.
void take_change(std::vector<Json>& objects, kube::WatchEvent& event);

/// @throws Error (interrupted) when the client is asked to stop.
void throw_if_stopped(const kube::Client& client);
/// Whether a call failed because the time for the whole command was over, not because the server is to blame.
bool ran_out_of_time(const kube::ApiError& error, const kube::Client& client, platform::SteadyTime deadline);

}  // namespace dba::mssql
