// auth_hmac: keys, which of them signs, and what is asked of adverts that are heard. keepalived.conf(5) of 2.4.
// Keys in files are named only: whoever may open files reads them later. Secrets are in no message.
// SPDX-License-Identifier: Apache-2.0
#include "parent/model/keywords/signing.h"

#include <algorithm>

#include "parent/model/set.h"

namespace holdfast::model {
namespace {

using namespace takes;

constexpr std::string_view kFile = "file:";

void key(Use& use) {
  Signing& signing = use.target.as<Signing>();
  SigningKeySource source;
  source.id = static_cast<std::uint8_t>(use.values[0].number);
  source.at = use.word.at;
  use.done = true;
  if (!use.values[0].present || !use.values[1].present) return;
  const bool taken = std::ranges::any_of(signing.keys, [&](const SigningKeySource& other) { return other.id == source.id; });
  if (taken) {
    use.problem("duplicate-entry", "auth_hmac has a key " + std::to_string(source.id) + " already: this one is ignored");
    return;
  }
  const std::string_view value = use.values[1].text;
  if (value.starts_with(kFile)) {
    source.path = value.substr(kFile.size());
    if (!source.path.starts_with('/')) {
      use.problem("relative-path", "the file of a key needs an absolute path: the key is ignored", "file:/PATH");
      return;
    }
  } else {
    source.text = value;
  }
  signing.keys.push_back(std::move(source));
}

constexpr Keyword kRows[] = {
    since("2.4.0", secret({"key", strict("ID", 1, 255) + word("KEY"), "required",
                           "A key of 32 to 64 bytes: as it is, hex:DIGITS or file:PATH.", key})),
    since("2.4.0", {"active_key", strict("ID", 1, 255), "none", "Number of the key for sending.", into<&Signing::active_key>}),
    since("2.4.0", {"time_window", strict("SECONDS", 1, 300), "3 adverts, 5 to 300", "Difference of clocks that is allowed.",
                    into<&Signing::time_window>}),
    since("2.4.0", {"anti_replay", options(1), "time", "What a new advert must have.", read_by_block}),
    since("2.4.0", {"mode", options(1), "enforce", "What is signed and what is required.", read_by_block}),
};
constexpr Keyword kKey[] = {
    since("2.4.0", {"hex:", nothing(), "", "Hexadecimal digits follow.", read_by_block}),
    since("2.4.0", {"file:", nothing(), "", "The path of a file with the key follows.", read_by_block}),
};
constexpr Keyword kMode[] = {
    since("2.4.0", {"enforce", nothing(), "", "Signs and requires a digest.", constant<SigningMode::kEnforce, &Signing::mode>}),
    since("2.4.0", {"permissive", nothing(), "", "Signs, and accepts adverts without a digest.",
                    constant<SigningMode::kPermissive, &Signing::mode>}),
    since("2.4.2", {"receive-only", nothing(), "", "Does not sign, and accepts adverts without a digest.",
                    constant<SigningMode::kReceiveOnly, &Signing::mode>}),
};
constexpr Keyword kReplay[] = {
    since("2.4.0", {"time", nothing(), "", "Clock within the window, and a higher sequence.", constant<true, &Signing::check_time>}),
    since("2.4.0", {"monotonic", nothing(), "", "A higher sequence.", constant<false, &Signing::check_time>}),
};

constexpr Table kTables[] = {
    {"vrrp_instance>auth_hmac", kRows},
    {"vrrp_instance>auth_hmac>key", kKey},
    {"vrrp_instance>auth_hmac>mode", kMode},
    {"vrrp_instance>auth_hmac>anti_replay", kReplay},
};

}  // namespace

void auth_hmac(Use& use) {
  Signing signing;
  use.block(signing);
  use.target.as<Instance>().signing = {std::move(signing), use.word.at, true};
}

std::span<const Table> signing_tables() { return kTables; }

}  // namespace holdfast::model
