// From rows to a seccomp filter: known and not listed kills (or is refused, for the launcher), unknown numbers get ENOSYS.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>

#include <memory>
#include <span>
#include <vector>

#include "policy/role.h"

namespace holdfast::policy {

struct ReleaseFilter {
  void operator()(void* filter) const noexcept { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, ReleaseFilter>;

// Numbers above the last one that libseccomp knows, which answer ENOSYS instead of killing.
inline constexpr int kFutureCalls = 160;

// For this process: rows with own_process hold its pid.
Result<Filter> build_filter(const Role& role, std::span<const Rule> additions = {});
// The instructions, for the tests' interpreter.
Result<std::vector<sock_filter>> export_filter(const Role& role, std::span<const Rule> additions = {});

}  // namespace holdfast::policy
