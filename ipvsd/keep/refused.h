// A change that the kernel refused, with its errno. Knows no message.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ipvsd/reconcile/change.h"

namespace holdfast {

struct Refused {
  Change change;
  int code = 0;
};

}  // namespace holdfast
