// Both directions of the link between checkerd and a worker: what decodes is within its ranges, and a request has exactly one end.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "checkerd/worker/decode.h"
#include "checkerd/worker/probe/dns_message.h"
#include "checkerd/worker/probe/http_message.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  wire::CheckerdToWorker message;
  if (message.ParseFromArray(data, static_cast<int>(size)) && message.has_probe()) {
    if (const auto probe = decode(message.probe())) {
      const auto [id, timeout] = std::visit([](const ProbeHead& head) { return std::pair{head.id, head.timeout}; }, *probe);
      if (id == 0 || timeout.count() <= 0) std::abort();
      if (const auto* http = std::get_if<HttpProbe>(&*probe)) {
        const std::string request = request_text(*http);
        if (request.find("\r\n\r\n") != request.size() - 4) std::abort();
      }
      if (const auto* dns = std::get_if<DnsProbe>(&*probe); dns && question_of(*dns).size() > 12 + 255 + 4) std::abort();
    }
  }
  wire::WorkerToCheckerd answer;
  if (answer.ParseFromArray(data, static_cast<int>(size)) && answer.has_finished()) {
    ProbeResult result{.status = answer.finished().status(), .digest = answer.finished().digest(), .detail = answer.finished().detail()};
    wire::ProbeFinished again;
    encode(answer.finished().id(), result, again);
    if (again.id() != answer.finished().id()) std::abort();
  }
  return 0;
}
