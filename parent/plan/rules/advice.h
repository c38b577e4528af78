// What is valid and runs, and will surprise its operator: addresses that do not answer, weights that decide nothing, scripts that others
// may change. Each is one diagnostic of severity advice; none changes an exit status or the plan. doc/diagnostics.md, section advice.
// Pure: what must be known of the host is in HostFacts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "parent/config/diagnostic.h"
#include "parent/model/model.h"
#include "parent/plan/plan.h"

namespace holdfast {

struct HostFacts {
  unsigned cpus = 1;
  unsigned kernel_major = 0;   // 0: not known
  unsigned kernel_minor = 0;
  // The file or directory on this path, itself included, that group or others may write; empty text: none. No value: it cannot be seen.
  std::function<std::optional<std::string>(const std::string& path)> writable_by_others;
};

void advise(const model::Configuration&, const Plan&, const HostFacts&, config::Diagnostics&);

}  // namespace holdfast
