// A value of the configuration that knows whether and where it was said, so that rules in parent/plan can point at it. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <utility>

#include "parent/config/diagnostic.h"

namespace holdfast::model {

using config::Position;

template <class T>
struct Located {
  T value{};

}  // namespace holdfast::model
