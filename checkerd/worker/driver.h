// A worker: probes come in with a connected descriptor each, verdicts go out. The only link is checkerd's; with its end the worker ends.
// Holds no plan, no target and no history. At most kProbesMax probes at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <unordered_map>

#include "checkerd/worker/probe/expression.h"
#include "checkerd/worker/probe/probe.h"
#include "checkerd/worker/probe/tls.h"
#include "proto/channel/typed_link.h"
#include "proto/schema/checkerd_worker.pb.h"

namespace holdfast {

inline constexpr std::size_t kProbesMax = 256;

class WorkerDriver {
 public:
  WorkerDriver(Loop& loop, Fd link, TlsContext tls);

 private:
  void on_message(wire::CheckerdToWorker& message, Fd descriptor);
  void begin(const wire::Probe& message, Fd descriptor);
  Result<std::unique_ptr<Exchange>> exchange(Probe probe, Fd descriptor, Exchange::Done done);
  void finish(std::uint64_t id, const ProbeResult& result);
  void drop(std::uint64_t id);
  void send(const wire::WorkerToCheckerd& message);
  void refuse(const std::string& why);

  Loop& loop_;
  TlsContext tls_;
  CompiledExpressions expressions_;
  std::unordered_map<std::uint64_t, std::unique_ptr<Exchange>> exchanges_;
  Link<wire::WorkerToCheckerd, wire::CheckerdToWorker> link_;
};

}  // namespace holdfast
