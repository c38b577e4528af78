// One question on one connected datagram socket, and what comes back until there is a verdict or the probe's time is over. For DNS, UDP
// and echo requests; what the datagrams mean is decided by dns_message, udp_reply and echo_message.
// Bounded: at most kDatagramsPerWakeup datagrams at a time, each cut at kDatagramOctets.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "checkerd/worker/probe/probe.h"
#include "proto/runtime/fd.h"
#include "proto/runtime/loop.h"
#include "proto/runtime/result.h"

namespace holdfast {

inline constexpr int kDatagramsPerWakeup = 16;
inline constexpr std::size_t kDatagramOctets = 65536;

// What a kind of probe knows about its datagrams.
struct DatagramRules {
  std::string question;
  std::function<std::optional<ProbeResult>(std::span<const char>)> judge;
  std::function<ProbeResult()> silence;
};
DatagramRules rules_of(const DnsProbe& probe);
DatagramRules rules_of(const UdpProbe& probe);
DatagramRules rules_of(const PingProbe& probe);

class DatagramExchange final : public Exchange {
 public:
  static Result<std::unique_ptr<Exchange>> begin(Loop& loop, DatagramRules rules, Duration timeout, Fd socket, Done done);

 private:
  DatagramExchange(Loop& loop, DatagramRules rules, Fd socket, Done done);
  void on_readable();
  void finish(const ProbeResult& result);

  Loop& loop_;
  DatagramRules rules_;
  Fd socket_;
  Done done_;
  Loop::Watch readable_;
  Loop::Timer timer_;
  bool finished_ = false;
};

}  // namespace holdfast
