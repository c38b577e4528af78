// The launcher's requests: whatever is taken has terminated strings and an absolute path where there is one.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "parent/launcher/link.h"
#include "proto/runtime/result.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace holdfast::launcher;
  const auto request = parse_request({reinterpret_cast<const char*>(bytes), size});
  if (!request) return 0;
  HF_CHECK(size == kRequestSize || size == kPathRequestSize);
  HF_CHECK(strnlen(request->request.interface, sizeof request->request.interface) < sizeof request->request.interface);
  HF_CHECK(strnlen(request->path, kPathMax) < kPathMax);
  HF_CHECK(size == kRequestSize || request->path[0] == '/');
  return 0;
}
