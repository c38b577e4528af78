// The launcher's menu: everything its only client, the parent, may ask for. Fixed-size plain structs over one SOCK_SEQPACKET pair,
// host byte order (both ends are of one build; `version` and the exact size are checked). One reply per request, in order, with
// the request's cookie. A request without a path has kRequestSize octets, one with a path kPathRequestSize. Anything else is fatal.
// Knows no configuration, no protocol, no protobuf.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

namespace holdfast::launcher {

inline constexpr std::uint16_t kMenuVersion = 1;
inline constexpr std::uint32_t kSlotMax = 1024;    // children of one kind (checkerd, worker); vrrpd and ipvsd use slot 0
inline constexpr std::uint32_t kChildrenMax = 256; // alive at one time; one more is EAGAIN
inline constexpr std::size_t kPathMax = 3968;      // with its terminating NUL

// What may be started. The numbers are the ones on the wire.
enum class Child : std::uint8_t { kVrrpd = 1, kIpvsd = 2, kCheckerd = 3, kWorker = 4 };

enum class Item : std::uint16_t {
  kStartRole = 1,           // child, slot, + descriptor: its link, becomes fd 3   -> pid, + pidfd. It is a child of the parent (waitid works).
  kEndChild = 2,            // pid (one that kStartRole returned)                   -> SIGKILL, ESRCH if it has ended
  kOpenConfigFile = 3,      // path (absolute)                                     -> + read-only descriptor of a regular file
  kOpenDirectory = 4,       // path (absolute)                                     -> + descriptor to list
  kOpenAdvertSocket = 5,    // interface_index or 0, family, unicast, header, ttl, group, source -> + raw socket of protocol 112 or 51
  kOpenAnnounceSocket = 6,  //                                                     -> + packet socket that can only send
  kLookupInterface = 7,     // interface                                           -> interface_index, flags (IFF_UP...), hardware
  kOpenCheckSocket = 8,     // family, kind, mark, port, has_source, source, interface -> + unconnected socket of a health check; a ping socket
                            //                                                        is a raw one that receives echo replies only
  kOpenBfdSocket = 9,       // family, multihop, and to send: unicast 1, ttl, source -> + UDP socket that only receives on, or only sends from, a BFD port
};

// What a health check talks.
enum class CheckSocket : std::uint8_t { kStream = 0, kDatagram = 1, kPing = 2 };

// Families and addresses as on the wire of the kernel: 4 or 6; IPv4 addresses use the first four octets.
struct Request {
  std::uint16_t version = kMenuVersion;
  std::uint16_t item = 0;               // Item
  std::uint32_t cookie = 0;             // comes back in the reply
  std::uint8_t child = 0;               // Child
  std::uint8_t family = 0;              // 4 or 6
  std::uint8_t unicast = 0;             // 0: multicast, joins `group` on the interface; 1: no group
  std::uint8_t ttl = 255;               // TTL or hop limit of what is sent, 1..255
  std::uint8_t has_source = 0;          // unicast and checks: bind to `source` (for adverts and BFD it need not exist yet); multicast: what is
                                        // sent may have a foreign source
  std::uint8_t header = 0;              // 1: protocol 51, the authentication header; IPv4 only
  std::uint8_t multihop = 0;            // BFD: port 4784 instead of 3784
  std::uint8_t kind = 0;                // CheckSocket; zero for the others
  std::uint32_t slot = 0;
  std::int32_t pid = 0;
  std::uint32_t interface_index = 0;
  std::uint32_t mark = 0;               // SO_MARK of a check; zero for the others
  std::uint8_t group[16] = {};
  std::uint8_t source[16] = {};
  char interface[16] = {};              // NUL-terminated
  std::uint16_t port = 0;               // source port of a check; zero for the others
  std::uint16_t reserved = 0;           // zero
};

struct PathRequest {
  Request request;
  char path[kPathMax] = {};             // absolute, NUL-terminated
};

struct Reply {
  std::uint16_t version = kMenuVersion;
  std::uint16_t item = 0;
  std::uint32_t cookie = 0;
  std::int32_t error = 0;               // errno, 0: done. EPERM: not on the menu or outside its rules
  std::int32_t pid = 0;
  std::uint32_t interface_index = 0;
  std::uint32_t flags = 0;
  std::uint8_t has_hardware = 0;        // an Ethernet address
  std::uint8_t hardware[6] = {};
  std::uint8_t reserved = 0;
};

inline constexpr std::size_t kRequestSize = 84;
inline constexpr std::size_t kPathRequestSize = kRequestSize + kPathMax;
inline constexpr std::size_t kReplySize = 32;
static_assert(sizeof(Request) == kRequestSize && std::is_trivially_copyable_v<Request>);
static_assert(sizeof(PathRequest) == kPathRequestSize && std::is_trivially_copyable_v<PathRequest>);
static_assert(sizeof(Reply) == kReplySize && std::is_trivially_copyable_v<Reply>);

inline constexpr bool has_path(Item item) {
  return item == Item::kOpenConfigFile || item == Item::kOpenDirectory;
}

}  // namespace holdfast::launcher
