// Leaving the shell: the shell's process waits until the parent says that the daemon is up, and ends with the status it names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "proto/runtime/fd.h"
#include "proto/runtime/result.h"

namespace holdfast::entry {

// Returns in the daemon, with the pipe for the word that releases the shell. The shell's process ends inside.
Result<Fd> leave_shell();

}  // namespace holdfast::entry
