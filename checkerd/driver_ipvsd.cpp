// ipvsd's side of checkerd's driver: wishes, said again in full on every fresh link. See driver.h.
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>

#include "checkerd/driver.h"
#include "proto/codec/ipvs_codec.h"
#include "proto/runtime/log.h"

namespace holdfast {

// A fresh link after a start of either side. Without a plan there is nothing to say yet: apply() will.
void CheckerdDriver::attach_ipvsd(Fd link) {
  if (ipvsd_) loop_.later([old = std::move(ipvsd_)] { old->close(); });
  const std::uint64_t epoch = ++ipvsd_epoch_;
  ipvsd_ = std::make_shared<IpvsdLink>(
      loop_, std::move(link), ChannelSocket::Descriptors::kRefused,
      [this, epoch](wire::IpvsdToCheckerd& message, Fd) {
        if (epoch == ipvsd_epoch_) on_ipvsd(message);
      },
      [this, epoch](const Error& error) {
        if (epoch != ipvsd_epoch_) return;
        if (error.code != EPIPE) log_error(LogEvent::kLinkBroken, "ipvsd: " + error.message);
        refusal_timer_.cancel();  // the parent brings a fresh link, on which everything is said again
      });
  if (plan_.generation != 0) say_everything();
}

void CheckerdDriver::say_everything() {
  refused_.clear();
  for (const ServiceId service : pools_.order()) say(pools_.find(service)->wishes());
  say_complete();
}

void CheckerdDriver::send_to_ipvsd(const wire::CheckerdToIpvsd& message) {
  if (!ipvsd_ || !ipvsd_->open()) return;
  auto sent = ipvsd_->send(message);
  if (sent) return;
  log_error(LogEvent::kLinkBroken, "ipvsd: " + sent.error().message);
  loop_.later([old = std::move(ipvsd_)] { old->close(); });
}

void CheckerdDriver::say(std::span<const DestinationWish> wishes) {
  for (std::size_t at = 0; at < wishes.size(); at += kWishesPerMessage) {
    wire::CheckerdToIpvsd message;
    message.mutable_want()->set_plan(plan_.generation);
    for (const DestinationWish& wish : wishes.subspan(at, std::min(kWishesPerMessage, wishes.size() - at))) {
      encode(wish, *message.mutable_want()->add_wishes());
    }
    send_to_ipvsd(message);
  }
}

void CheckerdDriver::say_complete() {
  wire::CheckerdToIpvsd message;
  message.mutable_complete()->set_plan(plan_.generation);
  send_to_ipvsd(message);
}

void CheckerdDriver::on_ipvsd(const wire::IpvsdToCheckerd& message) {
  if (!message.has_refused()) return;
  const DestinationId destination{message.refused().destination()};
  unsigned& times = refused_[destination];
  if (++times > kRefusalsMax) {
    log_error(LogEvent::kChangeRefused, "ipvsd refuses destination " + std::to_string(destination.value) + " for good (code " +
                                            std::to_string(message.refused().code()) + ")");
    return;
  }
  refusal_timer_.arm(loop_.now() + kRefusalDelay);
}

void CheckerdDriver::say_refused_again() {
  std::vector<DestinationWish> wishes;
  for (const ServiceId service : pools_.order()) {
    for (const DestinationWish& wish : pools_.find(service)->wishes()) {
      const auto at = refused_.find(wish.id);
      if (at != refused_.end() && at->second <= kRefusalsMax) wishes.push_back(wish);
    }
  }
  if (wishes.empty()) return;
  say(wishes);
  say_complete();
}

}  // namespace holdfast
