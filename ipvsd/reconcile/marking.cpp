// See marking.h.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/reconcile/marking.h"

namespace holdfast {

std::set<MarkingPart> parts_after(const ChangeMarking& change) {
  std::set<MarkingPart> parts = change.there;
  for (const MarkedTarget& target : change.add) parts.insert(part_of(target));
  return parts;
}

std::string to_string(const ChangeMarking& change) {
  std::string text = "change nf_tables table " + change.settings.table + ":";
  if (change.clear) text += " anew";
  return text + " +" + std::to_string(change.add.size()) + " -" + std::to_string(change.remove.size()) + " marked addresses";
}

}  // namespace holdfast
