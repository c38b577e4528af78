// Names that this system has for numbers of routing: tables, protocols, scopes, realms, interface groups, dsfields, IP protocols.
// Read from texts of the form of /etc/iproute2/* and /etc/protocols. Pure: who opens the files is elsewhere.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace holdfast {

class RoutingNames {
 public:
  enum class Kind : std::uint8_t { kTable, kProtocol, kScope, kRealm, kGroup, kDsfield, kIpProtocol };
  // Starts with the names that need no file: main, local, default; kernel, boot, static; link, host, ...
  RoutingNames();

  // Lines "NUMBER NAME" (kIpProtocol: "NAME NUMBER ALIAS..."); # begins a comment. Of equal names the last one counts.
  void read(Kind, std::string_view text);
  // A number of any base, or a name. Nothing: neither, or above the largest one of its kind.
  std::optional<std::uint32_t> find(Kind, std::string_view word) const;
  // [SOURCE/]DESTINATION as the kernel wants it: source << 16 | destination.
  std::optional<std::uint32_t> find_realms(std::string_view words) const;

  // Where the names of a kind are: "rt_tables" below the directories of iproute2. kIpProtocol has /etc/protocols.
  struct File {
    Kind kind;
    std::string_view name;
  };
  static std::span<const File> files();

 private:
  std::map<Kind, std::map<std::string, std::uint32_t, std::less<>>> names_;
};

// Directories that may have them; later ones override earlier ones.
inline constexpr std::string_view kRoutingNameFolders[] = {"/usr/share/iproute2", "/usr/lib/iproute2", "/etc/iproute2"};
inline constexpr std::string_view kIpProtocolsFile = "/etc/protocols";

}  // namespace holdfast
