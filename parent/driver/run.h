// What main() calls after the sandbox is closed: run the daemon, test a configuration, or clean up after a killed one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parent/control/answers.h"
#include "parent/control/command_line.h"
#include "parent/driver/configuration.h"
#include "parent/driver/driver.h"
#include "parent/status/log_output.h"

namespace holdfast {

// An absolute path for what -f said; the working directory cannot be asked for later.
Reading reading_of(const CommandLine& line);
// The descriptors of parent/entry/descriptors.h that are open; close-on-exec from here on.
Driver::Handed take_handed();

// With a launcher, inside the sandbox.
int run_daemon(const CommandLine& line, const Reading& reading, Driver::Handed handed, LogOutput& output);
int test_with_launcher(const CommandLine& line, const Reading& reading, Driver::Handed handed, TestLog log);
// Removes what the plan that a killed daemon left on disk names.
int clean_up(const Reading& reading, Driver::Handed handed);
// Without one: the caller's own rights, no sandbox, nothing but reading.
int test_alone(const CommandLine& line, const Reading& reading, TestLog log);

}  // namespace holdfast
