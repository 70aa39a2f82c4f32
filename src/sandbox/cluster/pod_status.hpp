#pragma once
// A pod's status as the kubelet writes it. Pure.

#include "cluster/pod_runtime.hpp"

namespace dba::sandbox::cluster {

/// `pod` with the status its runtime has now. Conditions of other writers stay; so does a Ready condition that somebody
/// else patched, until the kubelet's own view of it changes (which is remembered in `runtime.ready`).
Json with_status(const Json& pod, PodRuntime& runtime, WallTime now);
/// What with_status() made has been stored.
void mark_written(PodRuntime& runtime);
/// Takes over `ready` of running containers that somebody else patched.
void adopt_readiness(PodRuntime& runtime, const Json& pod);

}  // namespace dba::sandbox::cluster
