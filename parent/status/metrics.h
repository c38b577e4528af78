// The state as OpenMetrics text (openmetrics.io, 1.0): our own names (holdfast_...) and, for dashboards that exist, those of the two exporters
// that people run beside keepalived (keepalived_...). Pure: values in, text out.
//
// A name of an exporter that is a counter without "_total" is of unknown type here, because OpenMetrics takes no such counter. What those
// exporters read from the kernel's IPVS counters and from keepalived's inner state of a script is not there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "parent/status/board.h"
#include "parent/status/text.h"

namespace holdfast {

std::string metrics_text(const Board&, const ServicesBoard&, std::string_view version);

}  // namespace holdfast
