// Both directions of the link between parent and scriptd: what decodes must encode to the same bytes.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "parent/scriptd/protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace holdfast::scriptd;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  if (const auto message = decode_to_scriptd(text); message) HF_CHECK(encode(*message) == text);
  if (const auto message = decode_from_scriptd(text); message) HF_CHECK(encode(*message) == text);
  return 0;
}
