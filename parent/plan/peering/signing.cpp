// auth_hmac: keys as octets, and what is signed. An instance that was meant to be signed never runs unsigned without a word.
// No message contains a key. See instance_rules.h.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parent/plan/instance/instance_rules.h"

namespace holdfast {
namespace {

constexpr std::size_t kSecretMin = 32;
constexpr std::size_t kSecretMax = 64;
constexpr std::string_view kHexadecimal = "hex:";

std::optional<unsigned> digit(char letter) {
  if (letter >= '0' && letter <= '9') return static_cast<unsigned>(letter - '0');
  if (letter >= 'a' && letter <= 'f') return static_cast<unsigned>(letter - 'a' + 10);
  if (letter >= 'A' && letter <= 'F') return static_cast<unsigned>(letter - 'A' + 10);
  return std::nullopt;
}

// "hex:0a1b..." or the text itself; nothing: digits that are none, or an odd number of them.
std::optional<std::string> octets_of(std::string_view text) {
  if (!text.starts_with(kHexadecimal)) return std::string(text);
  text.remove_prefix(kHexadecimal.size());
  if (text.size() % 2 != 0) return std::nullopt;
  std::string octets;
  for (std::size_t at = 0; at < text.size(); at += 2) {
    const auto high = digit(text[at]);
    const auto low = digit(text[at + 1]);
    if (!high || !low) return std::nullopt;
    octets += static_cast<char>(*high << 4 | *low);
  }
  return octets;
}

std::optional<SigningKey> read_key(Building& building, const std::string& who, const model::SigningKeySource& source) {
  const auto unusable = [&](const std::string& why) {
    building.error(source.at, "unusable-key", who + "key " + std::to_string(source.id) + " of auth_hmac is ignored: " + why,
                   "32 to 64 bytes, as text, hex:DIGITS or file:PATH");
    return std::nullopt;
  };
  std::string text = source.text;
  if (!source.path.empty()) {
    if (!building.surroundings.secret) return unusable("its file cannot be read here");
    auto read = building.surroundings.secret(source.path);
    if (!read) return unusable(source.path + ": " + read.error().message);
    text = *std::move(read);
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
  }
  auto secret = octets_of(text);
  if (!secret) return unusable("it is not an even number of hexadecimal digits");
  if (secret->size() < kSecretMin || secret->size() > kSecretMax) return unusable("it has " + std::to_string(secret->size()) + " bytes");
  return SigningKey{source.id, *std::move(secret)};
}

}  // namespace

void apply_signing(Building& building, const model::Instance& said, VrrpInstance& instance) {
  if (!said.signing) return;
  constexpr Duration kSecond{1'000'000};
  constexpr Duration kWindowMin = 5 * kSecond;
  constexpr Duration kWindowMax = 300 * kSecond;
  const model::Signing& wanted = *said.signing;
  const std::string who = "(" + said.name + ") ";
  AdvertSigning signing;
  signing.mode = wanted.mode.value_or(SigningMode::kEnforce);
  if (instance.strict && signing.mode != SigningMode::kEnforce) {
    building.warn(wanted.mode.at, "strict-signing", who + "strict mode: auth_hmac enforces");
    signing.mode = SigningMode::kEnforce;
  }
  signing.check_time = wanted.check_time.value_or(true);
  const Duration whole = (3 * instance.advert_int + kSecond - Duration{1}) / kSecond * kSecond;
  signing.window = wanted.time_window ? *wanted.time_window * kSecond : std::clamp(whole, kWindowMin, kWindowMax);
  for (const model::SigningKeySource& source : wanted.keys) {
    if (auto key = read_key(building, who, source)) signing.keys.push_back(*std::move(key));
  }
  signing.active_key = static_cast<std::uint8_t>(wanted.active_key.value_or(0));
  const bool known = std::ranges::any_of(signing.keys, [&](const SigningKey& key) { return key.id == signing.active_key; });
  if (!known) {
    building.error(said.signing.at, "active-key-missing", who + "auth_hmac is not used: its active_key is not one of its usable keys",
                   "active_key ID, and key ID with 32 to 64 bytes");
    return;
  }
  if (instance.authentication != Authentication::kNone) {
    building.warn(said.authentication.at, "authentication-dropped", who + "authentication is not used: auth_hmac replaces it");
    instance.authentication = Authentication::kNone;
    instance.password = {};
  }
  instance.signing = std::move(signing);
}

}  // namespace holdfast
