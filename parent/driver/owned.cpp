// See owned.h. The format is the parent-to-ipvsd chunk of proto/schema/parent_ipvsd.proto, one message.
// SPDX-License-Identifier: Apache-2.0
#include "parent/driver/owned.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "parent/plan/identity.h"
#include "parent/status/dump_file.h"
#include "proto/codec/ipvs_codec.h"
#include "proto/codec/link_codec.h"
#include "proto/runtime/fd.h"

namespace holdfast {
namespace {

constexpr std::size_t kFileMax = 64u << 20;

Error failed(const std::string& path, int code) { return Error{path + ": " + std::strerror(code), code}; }

std::string named(const char* prefix, const std::string& config_file, const std::string& config_id, const std::string& net) {
  char name[17];
  std::snprintf(name, sizeof name, "%016llx", static_cast<unsigned long long>(fnv1a(identity_text({config_file, config_id, net}))));
  return std::string(prefix) + name;
}

std::string named_path(const char* prefix, const std::string& config_file, const std::string& config_id, const std::string& net) {
  return std::string(kRunDirectory) + "/" + named(prefix, config_file, config_id, net);
}

}  // namespace

std::string owned_path(const std::string& config_file, const std::string& config_id, const std::string& net) {
  return named_path("owned-", config_file, config_id, net);
}

std::string control_path(const std::string& config_file, const std::string& config_id, const std::string& net) {
  return named_path("control-", config_file, config_id, net);
}

std::string intents_name(const std::string& config_file, const std::string& config_id, const std::string& net) {
  return named("intents-", config_file, config_id, net);
}

Status write_owned(const std::string& path, const IpvsPlan& plan) {
  wire::IpvsPlanChunk whole;
  whole.mutable_settings()->set_uses_ipvs(plan.uses_ipvs);
  for (const InstanceRights& instance : plan.instances) encode(instance, *whole.add_instances());
  for (const Service& service : plan.services) encode(service, *whole.add_services());
  for (const Destination& destination : plan.destinations) encode(destination, *whole.add_destinations());
  for (const VirtualLink& link : plan.links) encode(link, *whole.add_links());
  for (const KeptSetting& kept : plan.kept) encode(kept, *whole.add_kept());
  std::string bytes;
  whole.SerializeToString(&bytes);
  return write_whole(path, bytes);
}

Result<IpvsPlan> read_owned(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return failed(path, errno);
  std::string bytes;
  char buffer[65536];
  for (ssize_t length = 0; (length = ::read(file.get(), buffer, sizeof buffer)) != 0;) {
    if (length < 0) return failed(path, errno);
    bytes.append(buffer, static_cast<std::size_t>(length));
    if (bytes.size() > kFileMax) return failed(path, EFBIG);
  }
  wire::IpvsPlanChunk whole;
  if (!whole.ParseFromString(bytes)) return failed(path, EBADMSG);
  IpvsPlan plan;
  plan.uses_ipvs = whole.settings().uses_ipvs();
  for (const wire::InstanceRights& instance : whole.instances()) {
    HF_TRY(InstanceRights decoded, decode(instance));
    plan.instances.push_back(std::move(decoded));
  }
  for (const wire::Service& service : whole.services()) {
    HF_TRY(Service decoded, decode(service));
    plan.services.push_back(std::move(decoded));
  }
  for (const wire::Destination& destination : whole.destinations()) {
    HF_TRY(Destination decoded, decode(destination));
    plan.destinations.push_back(std::move(decoded));
  }
  for (const wire::VirtualLink& link : whole.links()) {
    HF_TRY(VirtualLink decoded, decode(link));
    plan.links.push_back(std::move(decoded));
  }
  for (const wire::KeptSetting& kept : whole.kept()) {
    HF_TRY(KeptSetting decoded, decode(kept));
    plan.kept.push_back(std::move(decoded));
  }
  return plan;
}

void remove_owned(const std::string& path) { ::unlink(path.c_str()); }

}  // namespace holdfast
