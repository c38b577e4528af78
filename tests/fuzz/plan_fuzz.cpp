// The text of a configuration all the way to messages: whatever it is, the plan differs from itself in nothing, and a plan that the
// children would take can be sent.
// SPDX-License-Identifier: Apache-2.0
#include "parent/config/load.h"
#include "parent/model/bind.h"
#include "parent/model/line_shapes.h"
#include "parent/plan/rules/advice.h"
#include "parent/plan/build.h"
#include "parent/plan/difference/delta.h"
#include "parent/plan/encode.h"
#include "tests/fuzz/one_file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace holdfast;
  fuzz::OneFile files(data, size);
  config::Diagnostics diagnostics;
  const config::Tree tree = config::load(fuzz::kPath, files, model::KeywordShapes{}, fuzz::short_options(), diagnostics);
  const model::Configuration configuration = model::bind(tree, model::Mode::run, diagnostics);
  const Built built = build(configuration, Surroundings{}, diagnostics);
  const HostFacts host{1, 5, 10, [](const std::string& path) { return std::optional<std::string>(path); }};
  advise(configuration, built.plan, host, diagnostics);
  HF_CHECK(delta(built.plan, built.plan).empty());
  if (!built.refused && carries(built.plan)) {
    HF_CHECK(encode_plan(built.plan.vrrp) && encode_plan(built.plan.ipvs) && encode_plan(built.plan.check));
  }
  return 0;
}
