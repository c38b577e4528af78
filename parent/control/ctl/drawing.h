// Tables for people from the daemon's status JSON. Pure: text in, text out; the terminal's width and colours are the caller's knowledge.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "proto/runtime/result.h"

namespace holdfast::ctl {

// An error when the text is not a status of a schema that this program knows.
Result<std::string> draw_status(const std::string& json, bool colours);

}  // namespace holdfast::ctl
