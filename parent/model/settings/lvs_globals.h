// What global_defs says about the whole table of IPVS. keepalived.conf(5), ipvsadm(8). Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "parent/model/settings/located.h"
#include "proto/value/address.h"

namespace holdfast::model {

enum class FlushOnStop : std::uint8_t { kTable, kServices };

struct SyncDaemonSettings {          // lvs_sync_daemon
  std::string interface;
  Located<std::string> instance;     // as written
  Located<std::uint8_t> id;
  Located<std::uint16_t> maxlen;
  Located<std::uint16_t> port;
  Located<std::uint8_t> ttl;
  Located<IpAddress> group;          // multicast
};

struct LvsTimeouts {  // seconds
  Located<std::uint32_t> tcp;
  Located<std::uint32_t> tcp_fin;
  Located<std::uint32_t> udp;
};

}  // namespace holdfast::model
