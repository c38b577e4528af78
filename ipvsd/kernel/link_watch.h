// What is known of the interfaces and their addresses, kept from what the kernel tells. Answers: what are the facts of a link,
// which links changed, which address went away without us. Holds state, does no input or output.
// Our own deletions are announced before they are heard of, so that they are not mistaken for somebody else's.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "ipvsd/kernel/kernel.h"
#include "ipvsd/reconcile/diff.h"
#include "proto/value/link_facts.h"

namespace holdfast {

inline constexpr std::size_t kFactAddressesMax = 1500;  // of one link: its facts have to fit a message

class LinkWatch {
 public:
  struct Lost {
    AddressKey key;
    bool by_us = false;   // a consequence of our own request: a secondary address that went with its primary
    bool link_up = true;  // false: it went with its link
  };
  struct News {
    std::set<std::uint32_t> changed;       // links whose facts may differ; gone ones too
    std::set<std::uint32_t> own;           // links where nothing but our own addresses came or went
    std::set<std::uint32_t> came_up;       // links that are up now and were not, or were not there
    std::vector<Lost> lost;                // addresses that have gone, other than by our own deletions
  };

  // Replaces everything that is known.
  News reset(const NetworkState&);
  void hear(const KernelEvent&, News&);

  // A change of ours that the kernel has accepted: takes effect here at once, before its notification.
  void applied(const AddAddress&);
  void applied(const DeleteAddress&, bool notified);  // not notified: it was not there
  void applied(const SetPromoteSecondaries&);

  const LinkState* by_name(const std::string& name) const;
  const LinkState* by_index(std::uint32_t index) const;  // only of a link that exists
  bool has(const AddressKey&) const;
  bool is_ours(const AddressKey&) const;  // made by this run, or by an earlier one if the kernel keeps our mark
  // Addresses of the interfaces, in the form in which plans name them.
  const AddressTable& addresses() const { return table_; }
  std::set<std::string> promoted() const;
  std::vector<std::uint32_t> links() const;  // that exist
  // Of an existing link, or what was last known of one that has gone. Addresses of ours are never sources.
  enum class Addresses : bool { kAll, kForeign };  // kForeign: without those that we have added
  LinkFacts facts(std::uint32_t index, Addresses = Addresses::kAll) const;

 private:
  struct Held {
    std::uint64_t order = 0;
    AddressState state;
  };
  struct Link {
    LinkState state;
    bool present = true;
    std::map<AddressKey, Held> addresses;
  };
  void seen(const LinkState&, News&);
  void gone(std::uint32_t index, News&);
  void seen(const AddressState&, News&);
  void gone(const AddressState&, bool by_us, News&);
  void renamed(Link&, const std::string& name);
  Link* find(const std::string& name);
  AddressKey key_of(const Link&, const AddressState&) const;

  std::map<std::uint32_t, Link> links_;
  std::unordered_map<std::string, std::uint32_t> by_name_;
  AddressTable table_;
  std::map<AddressKey, unsigned> deleting_;  // own deletions whose notification has not come yet
  std::uint64_t order_ = 0;
};

}  // namespace holdfast
