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
  Position at{};
  bool set = false;
  explicit operator bool() const { return set; }
  const T& operator*() const { return value; }
  const T* operator->() const { return &value; }
  T value_or(T fallback) const { return set ? value : std::move(fallback); }
};

}  // namespace holdfast::model
