// One script as a process: its own session, its own user, no descriptor but the standard ones, default signals.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "parent/scriptd/table.h"
#include "proto/runtime/result.h"

namespace holdfast::scriptd {

// The leader of a new session and process group, already executing. An error: it could not become its user or be executed.
Result<pid_t> start_process(const CheckedRow& row, const std::vector<std::string>& arguments);

// To the whole group; a group that is gone is not an error.
void signal_group(pid_t leader, int number);

// Own environment for scripts: the operator's, without what changes the loader or the shell, without the service manager's words.
void clean_environment();

}  // namespace holdfast::scriptd
