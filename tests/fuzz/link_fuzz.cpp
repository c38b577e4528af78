// Every decoder of link messages: first byte chooses the message, the rest is what a hostile peer sent.
// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>

#include "proto/codec/check_codec.h"
#include "proto/codec/ipvs_codec.h"
#include "proto/codec/link_codec.h"
#include "proto/codec/route_codec.h"
#include "proto/codec/values_codec.h"
#include "proto/codec/vrrp_codec.h"

namespace {

template <class Message>
void decode_one(const std::uint8_t* data, std::size_t size) {
  Message message;
  if (message.ParseFromArray(data, static_cast<int>(size))) (void)holdfast::decode(message);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace wire = holdfast::wire;
  static constexpr void (*kDecoders[])(const std::uint8_t*, std::size_t) = {
      decode_one<wire::VrrpInstance>,   decode_one<wire::SyncGroup>,      decode_one<wire::ScriptTracker>,
      decode_one<wire::ResumedInstance>, decode_one<wire::VirtualAddress>, decode_one<wire::InstanceRights>,
      decode_one<wire::Service>,        decode_one<wire::Destination>,    decode_one<wire::DestinationWish>,
      decode_one<wire::CheckedService>, decode_one<wire::CheckVerdict>,   decode_one<wire::LinkFacts>,
      decode_one<wire::ScriptFinished>, decode_one<wire::Route>,          decode_one<wire::Rule>,
      decode_one<wire::MarkedTarget>,   decode_one<wire::CountedProcesses>, decode_one<wire::VirtualLink>,
      decode_one<wire::LinkDelay>,      decode_one<wire::LinkPoll>,       decode_one<wire::KeptSetting>};
  if (size == 0) return 0;
  kDecoders[data[0] % std::size(kDecoders)](data + 1, size - 1);
  return 0;
}
