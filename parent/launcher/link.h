// The launcher's end of its only link: one request in, one reply out. What is not exactly a request of menu.h ends the link.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>

#include "parent/launcher/menu.h"
#include "proto/runtime/fd.h"

namespace holdfast::launcher {

struct Received {
  PathRequest request;  // the path is empty where the item has none
  Fd descriptor;        // empty if none came
};

// Size, version, fields of other items, terminated strings, absolute path. Pure. The item may still be unknown.
std::optional<PathRequest> parse_request(std::string_view bytes);

// Waits. Nothing: the parent has gone, or sent what it may not (said on stderr).
std::optional<Received> receive_request(int link);
bool send_reply(int link, const Reply& reply, const Fd& descriptor);

}  // namespace holdfast::launcher
