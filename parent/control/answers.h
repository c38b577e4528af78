// Command lines that are answered and over: -v, -h, --signum, --policy apart, a configuration test, a dump of a stage.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "parent/config/reading.h"
#include "parent/control/command_line.h"
#include "parent/driver/configuration.h"

namespace holdfast {

// -v, -h, --signum and command lines that cannot be followed: what is printed and the exit status. No value: another action.
std::optional<int> answer_at_once(const CommandLine& line);

// Where a test or a dump says what is wrong: the file of -t FILE, else stderr. Opened and looked at before the sandbox.
struct TestLog {
  int descriptor = 2;
  config::Colour colour = config::Colour::no;  // a terminal without NO_COLOR
};
TestLog open_test_log(const CommandLine& line);
int test_configuration(const CommandLine& line, const Reading& reading, config::Files& files, const Surroundings& around, TestLog log);
int dump_stage(const CommandLine& line, const Reading& reading, config::Files& files, const Surroundings& around, TestLog log);

}  // namespace holdfast
