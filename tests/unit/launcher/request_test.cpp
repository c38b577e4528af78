// Which octets are a request, and which end the link.
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "parent/launcher/link.h"

namespace holdfast::launcher {
namespace {

std::string bytes_of(const PathRequest& request, std::size_t size) { return {reinterpret_cast<const char*>(&request), size}; }

PathRequest request_for(Item item, const char* path = "") {
  PathRequest request;
  request.request.item = static_cast<std::uint16_t>(item);
  std::strcpy(request.path, path);
  return request;
}

bool taken(const PathRequest& request, std::size_t size) { return parse_request(bytes_of(request, size)).has_value(); }

TEST(Request, ItemsHaveTheirSize) {
  for (const Item item : {Item::kStartRole, Item::kEndChild, Item::kOpenAdvertSocket, Item::kOpenAnnounceSocket, Item::kLookupInterface, Item::kOpenCheckSocket}) {
    EXPECT_TRUE(taken(request_for(item), kRequestSize));
    EXPECT_FALSE(taken(request_for(item, "/x"), kPathRequestSize));
  }
  for (const Item item : {Item::kOpenConfigFile, Item::kOpenDirectory}) {
    EXPECT_TRUE(taken(request_for(item, "/x"), kPathRequestSize));
    EXPECT_FALSE(taken(request_for(item), kRequestSize));
  }
}

TEST(Request, OtherSizesAreNone) {
  const std::string whole = bytes_of(request_for(Item::kOpenDirectory, "/x"), kPathRequestSize);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kRequestSize - 1, kRequestSize + 1, kPathRequestSize - 1}) {
    EXPECT_FALSE(parse_request(std::string_view(whole).substr(0, size)).has_value()) << size;
  }
  EXPECT_FALSE(parse_request(whole + "x").has_value());
}

TEST(Request, EveryFieldThatMustBeWellFormed) {
  using Change = void (*)(PathRequest&);
  const struct {
    const char* what;
    Change change;
  } table[] = {
      {"version", [](PathRequest& r) { r.request.version = kMenuVersion + 1; }},
      {"a kind of check", [](PathRequest& r) { r.request.kind = 1; }},
      {"a port of a check", [](PathRequest& r) { r.request.port = 1; }},
      {"a mark of a check", [](PathRequest& r) { r.request.mark = 1; }},
      {"reserved", [](PathRequest& r) { r.request.reserved = 1; }},
      {"slot", [](PathRequest& r) { r.request.slot = kSlotMax; }},
      {"interface without end", [](PathRequest& r) { std::memset(r.request.interface, 'x', sizeof r.request.interface); }},
      {"relative path", [](PathRequest& r) { r.path[0] = 'x'; }},
      {"empty path", [](PathRequest& r) { r.path[0] = '\0'; }},
      {"path without end", [](PathRequest& r) { std::memset(r.path, '/', sizeof r.path); }},
  };
  for (const auto& row : table) {
    PathRequest request = request_for(Item::kOpenConfigFile, "/x");
    ASSERT_TRUE(taken(request, kPathRequestSize));
    row.change(request);
    EXPECT_FALSE(taken(request, kPathRequestSize)) << row.what;
  }
}

}  // namespace
}  // namespace holdfast::launcher
