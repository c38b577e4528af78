// Notify FIFOs: made where root may and the parent may not. Their readers see one line per event.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parent/scriptd/protocol.h"
#include "parent/scriptd/table.h"
#include "proto/runtime/fd.h"
#include "proto/runtime/result.h"

namespace holdfast::scriptd {

struct OpenedFifo {
  Fd descriptor;  // read-write, so that writing never finds it without a reader; non-blocking
  bool created = false;
};
Result<OpenedFifo> open_fifo(const OpenFifo& message, Mode mode);

}  // namespace holdfast::scriptd
