// The text of a configuration all the way to messages: whatever it is, the plan differs from itself in nothing, and a plan that the
// children would take can be sent.
// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <string>

#include "parent/config/load.h"
#include "parent/model/bind.h"
#include "parent/model/line_shapes.h"
#include "parent/plan/build.h"
#include "parent/plan/difference/delta.h"
#include "parent/plan/encode.h"

namespace {

class OneFile final : public holdfast::config::Files {
 public:
  explicit OneFile(std::string text) : text_(std::move(text)) {}
  holdfast::Result<std::string> open(const std::string& path) override {
    if (path == "/fuzz.conf") return text_;
    return holdfast::Error{path, ENOENT};
  }
  holdfast::Result<std::vector<std::string>> list(const std::string&) override { return std::vector<std::string>{}; }

 private:
  std::string text_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  OneFile files(std::string(reinterpret_cast<const char*>(data), size));
  config::Options options;
  options.limits.sequence_values = 100;
  options.limits.expanded_bytes = 1u << 18;
  options.limits.nodes = 2'000;
  config::Diagnostics diagnostics;
  const config::Tree tree = config::load("/fuzz.conf", files, model::KeywordShapes{}, options, diagnostics);
  const model::Configuration configuration = model::bind(tree, model::Mode::run, diagnostics);
  const Built built = build(configuration, Surroundings{}, diagnostics);
  HF_CHECK(delta(built.plan, built.plan).empty());
  if (!built.refused && carries(built.plan)) {
    HF_CHECK(encode_plan(built.plan.vrrp) && encode_plan(built.plan.ipvs) && encode_plan(built.plan.check));
  }
  return 0;
}
