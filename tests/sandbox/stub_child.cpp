// A child with nothing but its policy: says what it is allowed to be, then waits for the end of its link. Stands in for a role in tests.
// The name it is executed under is not known to it, so its link tells: the first datagram names the role.
// SPDX-License-Identifier: Apache-2.0
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "policy/role.h"

int main(int argc, char** argv) {
  std::array<char, 256> word{};
  if (recv(3, word.data(), word.size() - 1, 0) <= 0) return 2;
  for (const holdfast::policy::Role* role : holdfast::policy::roles()) {
    if (role->name != std::string_view(word.data())) continue;
    if (const holdfast::Status entered = holdfast::policy::enter(*role); !entered) {
      const std::string text = entered.error().message + ": " + std::strerror(entered.error().code);
      send(3, text.data(), text.size(), MSG_NOSIGNAL);
      return 3;
    }
    const std::string ready = "ready " + std::string(argc > 1 ? argv[argc - 1] : "");
    send(3, ready.data(), ready.size(), MSG_NOSIGNAL);
    while (recv(3, word.data(), word.size(), 0) > 0) {
    }
    return 0;
  }
  return 4;
}
