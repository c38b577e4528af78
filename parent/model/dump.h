// The configuration as it was understood, written as a keepalived.conf: every keyword with its value in one writing, no macros, no
// includes, nothing of what was wrong. Reads back as the same configuration. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "parent/config/dump.h"
#include "parent/model/argument.h"
#include "parent/model/model.h"

namespace holdfast::model {

std::string dump(const Configuration& configuration, config::Secrets secrets);

// A value in the writing of a dump: "on" for yes and true, 16 for 0x10, 2001:db8::1 for 2001:DB8:0::1.
std::string canonical(const Argument& argument, const Value& value);

}  // namespace holdfast::model
