// Many netlink messages in one buffer, sent with one system call. Only the last one asks for an acknowledgement: the kernel
// reports every failure anyhow, with the sequence number of its message. Knows no socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <libmnl/libmnl.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace holdfast::netlink {

inline constexpr std::size_t kMessageMax = 1024;      // more than the largest message that we make, but for routes of many ways
inline constexpr std::size_t kBatchMessagesMax = 256; // in one system call: their failures fit the socket's receive buffer

class Batch {
 public:
  // Appends one message; `fill(header)` adds its fixed part and attributes with libmnl, at most `room` octets in all.
  template <class Fill>
  void add(std::uint16_t type, std::uint16_t flags, Fill fill, std::size_t room = kMessageMax) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + room);
    nlmsghdr* header = mnl_nlmsg_put_header(bytes_.data() + at);
    header->nlmsg_type = type;
    header->nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
    header->nlmsg_seq = static_cast<std::uint32_t>(offsets_.size());
    fill(header);
    offsets_.push_back(at);
    bytes_.resize(at + MNL_ALIGN(header->nlmsg_len));
  }
  std::size_t messages() const { return offsets_.size(); }
  bool empty() const { return offsets_.empty(); }
  std::span<const std::uint8_t> bytes() const { return bytes_; }
  nlmsghdr* message(std::size_t position) { return reinterpret_cast<nlmsghdr*>(bytes_.data() + offsets_[position]); }
  // The octets of messages [first, first + count).
  std::span<const std::uint8_t> part(std::size_t first, std::size_t count) const {
    const std::size_t end = first + count < offsets_.size() ? offsets_[first + count] : bytes_.size();
    return std::span(bytes_).subspan(offsets_[first], end - offsets_[first]);
  }
  void clear() {
    bytes_.clear();
    offsets_.clear();
  }

 private:
  std::vector<std::uint8_t> bytes_;
  std::vector<std::size_t> offsets_;
};

}  // namespace holdfast::netlink
